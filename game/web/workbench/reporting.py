"""The report while it is written, its submission, and the page of a match that is over."""

import json
from typing import Any

from fastapi import APIRouter, Request
from pydantic import JsonValue
from starlette.responses import RedirectResponse, Response

from game.panel import POINTS
from game.score import Outcome
from game.view.probabilities import clock
from game.web.access import Seat, Seated
from game.web.rendering import asks_part, page
from game.web.workbench.answers import CHANGED, done, sent
from game.web.workbench.evidence import EvidenceError, attach
from game.web.workbench.feed import PAGE, entries
from game.web.workbench.forms import ADD, REMOVE, SPLIT, Form, changed_rows, typed_form
from game.web.workbench.merging import merge
from game.web.workbench.state import shown
from game.web.workbench.writing import check_draft, draft_form, report_tool_of, written
from tools import AuditOverError, ToolError
from transcripts import Report

router = APIRouter(prefix="/team")
REPORT, SUBMIT, SEALED = "/team/report", "/team/submit", "/team/sealed"
BASE = "base"
"""Field of the report's form: what it was filled with, as JSON, so that what others wrote since can be told from what was taken away."""
THEN = "then"
"""Name of the button that saves and goes on to submit: no word is lost on the way."""
SAVED = "Saved."
MERGED = "Saved, together with what somebody else of your team wrote meanwhile."
CLASHED = "Saved. Somebody else of your team changed the same words meanwhile; yours stand now."


@router.get("/report")
async def report(request: Request, seat: Seated) -> Response:
    """The report's form, with what it can cite beside it."""
    return _whole(request, seat, draft_form(seat.match))


@router.post("/report")
async def write(request: Request, seat: Seated) -> Response:
    """Keep the report as it is typed; where a row comes or goes, or another's words came in, the form comes back."""
    values = await sent(request)
    base, leaves = _base(values.pop(BASE, "")), values.pop(THEN, "")
    button = next((name for name in (ADD, REMOVE, SPLIT) if name in values), None)
    tool = report_tool_of(seat.match)
    if button is not None:
        typed = {key: text for key, text in values.items() if key != button}
        form = changed_rows(Form(tool.name, draft_form(seat.match).fields, typed), button, values[button])
    else:
        form, _ = typed_form(tool, values)
    mine, theirs = written(seat.match, form.values), written(seat.match)
    kept, clash = (mine, False) if base is None else merge(base, mine, theirs)
    try:
        seat.match.save_draft(kept if isinstance(kept, dict) else mine)
    except (AuditOverError, ToolError) as error:
        return _saved(request, seat, mine, f"Not saved: {error}.")
    if leaves:
        return _leave(request, SUBMIT)
    said = CLASHED if clash else MERGED if kept != mine else SAVED
    if not asks_part(request):
        return _whole(request, seat, draft_form(seat.match) if button is None else form, said)
    if button is not None:
        return page(request, "report_form.html.j2", form=form, said=said, **_report_values(seat, mine))
    return _saved(request, seat, mine, said, others=kept != mine)


@router.post("/evidence")
async def cite(request: Request, seat: Seated) -> Response:
    """Attach a quotation to the report, if it stands where it is said to."""
    values = await sent(request)
    try:
        kept = attach(seat.match.draft, seat.match.bench, values.get("to", ""), values.get("event", ""), values.get("quotation", ""))
        seat.match.save_draft(kept)
        said, held = "Attached: these words stand there.", True
    except EvidenceError as error:
        said, held = str(error), False
    except ToolError as error:
        said, held = f"Not attached: {error}.", False
    if not asks_part(request):
        return done(request, REPORT) if held else _whole(request, seat, draft_form(seat.match), said)
    answer = page(request, "attached.html.j2", said=said, held=held, **shown(seat))
    answer.headers.update(CHANGED)
    return answer


@router.get("/submit")
async def look_over(request: Request, seat: Seated) -> Response:
    """The report once more, with what is missing."""
    return page(request, "submit.html.j2", checked=check_draft(seat.match), said="", draft=written(seat.match), **shown(seat))


@router.post("/submit")
async def submit(request: Request, seat: Seated) -> Response:
    """Submit the report for good; what is missing is said, and nothing is lost."""
    checked, said = check_draft(seat.match), ""
    if not checked.lacks:
        try:
            event = await seat.match.submit(seat.person)
        except (AuditOverError, ToolError) as error:
            said = f"Not submitted: {error}."
        else:
            if not event.data["error"]:
                return _leave(request, SEALED)
            content = event.data["content"]
            said = f"Not submitted: {content.get('error') if isinstance(content, dict) else content}."
    return page(request, "submit.html.j2", checked=checked, said=said, draft=written(seat.match), **shown(seat))


@router.get("/sealed")
async def sealed(request: Request, seat: Seated) -> Response:
    """That the match is over, and its score once the host has released it."""
    if not seat.sealed:
        return _leave(request, "/team")
    found = Report.read(seat.run.report) if seat.run.report.exists() else None
    return page(
        request,
        "sealed.html.j2",
        seat=seat,
        report=found,
        outcome=Outcome.read(seat.run.done),
        score=seat.score,
        points=POINTS,
        first_right=False,
        shown=(),
        clock=clock,
    )


def _leave(request: Request, place: str) -> Response:
    return Response(headers={"HX-Redirect": place}) if asks_part(request) else RedirectResponse(place, 303)


def _whole(request: Request, seat: Seat, form: Form, said: str = "") -> Response:
    items = entries(seat.match.bench, most=PAGE)
    values = _report_values(seat, written(seat.match, form.values))
    return page(request, "report_page.html.j2", form=form, said=said, items=items, further=len(items) == PAGE, **values)


def _saved(request: Request, seat: Seat, mine: dict[str, JsonValue], said: str, *, others: bool = False) -> Response:
    """What has changed beside the fields, which are left to who writes in them."""
    answer = page(request, "saved.html.j2", said=said, others=others, **_report_values(seat, mine))
    answer.headers["HX-Reswap"] = "none"
    return answer


def _report_values(seat: Seat, base: dict[str, JsonValue]) -> dict[str, Any]:
    return {"checked": check_draft(seat.match), "base": json.dumps(base), **shown(seat)}


def _base(text: str) -> dict[str, JsonValue] | None:
    """What a form was filled with; null where it does not say."""
    try:
        base = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return base if isinstance(base, dict) else None
