"""Calls: started here, looked at as they come, and given up. A call goes on when the browser that asked for it is gone."""

import asyncio

from fastapi import APIRouter, Request
from pydantic import JsonValue
from starlette.responses import Response

from game.people.clock import ClockPausedError
from game.web.access import Seat, Seated
from game.web.rendering import asks_part, page
from game.web.workbench.answers import CHANGED, done, sent
from game.web.workbench.desk import DESK, bench_page, granted
from game.web.workbench.filled import Values
from game.web.workbench.forms import ADD, REMOVE, SPLIT, Form, changed_rows, typed_form
from game.web.workbench.state import shown
from tools import AuditOverError, ToolError
from transcripts import Event

router = APIRouter(prefix="/team")
AT_ONCE = 0.05
"""Seconds in which a call is refused, if it is, or answered, if it only takes a note."""
GO_ON = "go-on"
"""Field of a form that is not on the page as one: its call leaves the page's form as it is."""
TO_BENCH = {"HX-Retarget": "#bench", "HX-Reswap": "innerHTML"}
"""Headers that put an answer where the form of a tool stands."""
REDRAW = "redraw"
"""Field of a form that shows what was wrong with it: it is drawn again when it is right."""
UNDER_WAY = "It is under way; the result comes below."
"""What the page's form, which stays as it is, says of a call."""
_TASKS: set[asyncio.Task[Event]] = set()
"""Tasks that nobody else holds on to; the loop itself does not."""


@router.post("/tool/{name}")
async def use(request: Request, seat: Seated, name: str) -> Response:
    """Call a tool as its form says, or give the form back with a row more or less, or with what is wrong with it."""
    tool, values = granted(seat, name), await sent(request)
    form, said = typed_form(tool, values)
    for button in (ADD, REMOVE, SPLIT):
        if button in values:
            typed = {key: text for key, text in values.items() if key != button}
            return bench_page(request, seat, tool=tool, form=changed_rows(Form(name, form.fields, typed), button, values[button]))
    notice = "" if form.problems else await _start(seat, name, said)
    if form.problems or notice:
        answer = bench_page(request, seat, tool=tool, form=form, notice=notice)
    elif GO_ON in values or not asks_part(request):
        answer = done(request, DESK)
    elif REDRAW in values:
        answer = bench_page(request, seat, tool=tool, form=form, started=UNDER_WAY)
    else:
        answer = Response(UNDER_WAY, headers={"HX-Retarget": "#started"}, media_type="text/html")
    answer.headers.update(CHANGED)
    if GO_ON in values and answer.status_code != 204:
        answer.headers.update(TO_BENCH)
    return answer


@router.post("/note")
async def note(request: Request, seat: Seated) -> Response:
    """Keep a note."""
    return await _written(request, seat, "note", await sent(request))


@router.post("/hypothesis")
async def hypothesis(request: Request, seat: Seated) -> Response:
    """Open, change or drop a hypothesis."""
    return await _written(request, seat, "hypothesis", await sent(request))


@router.post("/cancel/{call}")
async def cancel(request: Request, seat: Seated, call: str) -> Response:
    """Give a call up, if it is not over."""
    seat.match.cancel(call, seat.person)
    return done(request, DESK)


@router.post("/clock")
async def turn_clock(request: Request, seat: Seated) -> Response:
    """Start the clock, or pause it; where the host does that, nothing."""
    values = await sent(request)
    if seat.may_start:
        if values.get("to") == "start":
            seat.match.start(seat.person)
        else:
            seat.match.pause(seat.person)
    return done(request, DESK)


async def _written(request: Request, seat: Seat, name: str, values: Values) -> Response:
    """Use a tool of the notebook; its small form comes back empty, or with what is wrong."""
    form, said = typed_form(granted(seat, name), values)
    problem = "; ".join(f"{path.replace('.', ' ')} {words}" for path, words in form.problems.items())
    problem = f"{problem[:1].upper()}{problem[1:]}." if problem else await _start(seat, name, said)
    if not asks_part(request) and not problem:
        return done(request, DESK)
    if not asks_part(request):
        return bench_page(request, seat, notice=problem)
    kept = values if problem else {}
    answer = page(request, "written.html.j2", name=name, problem=problem, kept=kept, changes=str(values.get("id", "")), **shown(seat))
    answer.headers.update(CHANGED)
    return answer


async def _start(seat: Seat, name: str, arguments: dict[str, JsonValue]) -> str:
    """Start a call; why it is refused, or empty if it is under way."""
    task = asyncio.create_task(seat.match.call(name, arguments, seat.person))
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)
    await asyncio.wait({task}, timeout=AT_ONCE)
    if not task.done():
        task.add_done_callback(_heed)
        return ""
    error = task.exception()
    if error is None:
        event = task.result()
        content = event.data.get("content")
        failed = event.data.get("error") and isinstance(content, dict)
        return _sentence(str(content.get("error"))) if failed and isinstance(content, dict) else ""
    if isinstance(error, ClockPausedError | AuditOverError | ToolError):
        return _sentence(str(error))
    raise error


def _heed(task: asyncio.Task[Event]) -> None:
    """The match notes what went wrong itself, and its pages say so."""
    if not task.cancelled():
        task.exception()


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"
