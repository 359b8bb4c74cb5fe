"""The workbench as a page, and what is new on it since it was last asked for."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from game.web.access import Seat, Seated
from game.web.rendering import asks_part, page
from game.web.workbench.feed import PAGE, Entry, entries, entry_of
from game.web.workbench.forms import tool_form
from game.web.workbench.state import OWN, families, notebook, shown, state_of
from tools import Tool

router = APIRouter(prefix="/team")
Number = Annotated[int, Query(ge=0, le=10**9)]
DESK = "/team"


@router.get("")
async def desk(request: Request, seat: Seated) -> Response:
    """The workbench."""
    return whole_desk(request, seat)


@router.get("/tool/{name}")
async def tool_page(request: Request, seat: Seated, name: str, event: Number | None = None) -> Response:
    """A tool's form; with an event as that call was made."""
    tool = granted(seat, name)
    entry = None if event is None else entry_of(seat.match.bench, event)
    arguments = entry.step.arguments if entry and entry.tool == name else {}
    return bench_page(request, seat, tool=tool, form=tool_form(tool, arguments))


@router.get("/live")
async def live(request: Request, seat: Seated, seen: Number = 0, state: str = "", place: str = "desk") -> Response:
    """What is new, as parts that the page puts where they belong; nothing if nothing is."""
    match = seat.match
    if state == state_of(match):
        return Response(status_code=204)
    new = entries(match.bench, since=seen)
    before = {event.data.get("id") for event in match.bench.log.events[:seen] if event.kind == "hypothesis"}
    return page(request, "live.html.j2", new=new, news=_news(new), before=before, place=place, **notebook(match.bench, seen), **shown(seat))


@router.get("/earlier")
async def earlier(request: Request, seat: Seated, before: Number) -> Response:
    """Older entries of the feed."""
    found = entries(seat.match.bench, before=before, most=PAGE)
    if asks_part(request):
        return page(request, "earlier.html.j2", items=found, further=len(found) == PAGE, **shown(seat))
    return whole_desk(request, seat, before=before)


@router.get("/result/{number}")
async def result(request: Request, seat: Seated, number: int) -> Response:
    """One result, whole."""
    entry = entry_of(seat.match.bench, number)
    if entry is None:
        raise HTTPException(404, f"There is no result {number}.")
    return page(request, "result.html.j2", item=entry, **shown(seat))


def granted(seat: Seat, name: str) -> Tool:
    """The tool of that name.

    Raises:
        HTTPException: this match has none; 404.
    """
    if name not in seat.match.bench.tools:
        raise HTTPException(404, f"This match has no tool {name}.")
    return seat.match.bench.tools[name]


def bench_page(request: Request, seat: Seat, **values: Any) -> Response:
    """A tool's form: alone where the page asks for it, with the whole workbench where the browser does."""
    if not asks_part(request):
        return whole_desk(request, seat, **values)
    return page(request, "tool.html.j2", **{"notice": "", "started": "", **values}, **shown(seat))


def whole_desk(request: Request, seat: Seat, before: int | None = None, **values: Any) -> Response:
    """The workbench as a page."""
    bench = seat.match.bench
    items = entries(bench, before=before, most=PAGE)
    told: dict[str, Any] = {"tool": None, "form": None, "notice": "", "started": "", **values}
    return page(
        request,
        "desk.html.j2",
        items=items,
        further=len(items) == PAGE,
        families=families(bench),
        own=OWN,
        **told,
        **notebook(bench, 0),
        **shown(seat),
    )


def _news(new: list[Entry]) -> str:
    """What somebody who does not see the page is told."""
    told = [f"{entry.tool} {'failed' if entry.problem else 'came back'}: result {entry.number}" for entry in new if entry.tool]
    return "; ".join(reversed(told))
