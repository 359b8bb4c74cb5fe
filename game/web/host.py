"""The host's page: teams and their clocks, scores and their release, and the standings. It opens no truth.

All of it runs in the event loop, to which the matches belong.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from game.going_on import PEOPLE
from game.standings import words
from game.view.probabilities import clock
from game.web.access import Session, host, house_of
from game.web.game_file import HOST
from game.web.host_rows import TIME_OVER, Row, row
from game.web.house import House
from game.web.rendering import asks_part, page
from game.web.table import Table

PAGE = "/host"
router = APIRouter(prefix=PAGE)
Hosting = Annotated[Session, Depends(host)]
OneOrAll = Annotated[str, Form()]
"""Name of a team; empty for all."""


@router.get("")
async def whole(request: Request, session: Hosting) -> HTMLResponse:
    """The page; its standings come after it."""
    return page(request, "host.html.j2", csrf=session.csrf, person=HOST, **_values(house_of(request)))


@router.get("/teams")
async def teams(request: Request, session: Hosting) -> HTMLResponse:
    """The teams as they are now."""
    return page(request, "host_teams.html.j2", csrf=session.csrf, **_values(house_of(request)))


@router.get("/standings")
async def standings(request: Request, session: Hosting) -> HTMLResponse:
    """Teams and agents side by side."""
    house = house_of(request)
    ours = {f"{PEOPLE}:{table.name}" for table in house.tables}
    return page(request, "host_standings.html.j2", csrf=session.csrf, found=await house.standings.results(), words=words, ours=ours)


@router.post("/start")
async def start(request: Request, session: Hosting, team: OneOrAll = "") -> Response:
    """Start the clock of a team, or of all."""
    return _each(request, session, team, lambda table: table.start(HOST))


@router.post("/pause")
async def pause(request: Request, session: Hosting, team: OneOrAll = "") -> Response:
    """Pause the clock of a team, or of all."""
    return _each(request, session, team, lambda table: table.pause(HOST))


@router.post("/seal")
async def seal(request: Request, session: Hosting, team: OneOrAll = "") -> Response:
    """Seal what a team, or each team whose time is over, has written."""
    for table in _asked(house_of(request), team):
        if row(table, "").state == TIME_OVER:
            await table.seal_late()
    return _answer(request, session)


@router.post("/score")
async def score(request: Request, session: Hosting, team: OneOrAll = "") -> Response:
    """Score the sealed report of a team, or of all that have no score yet."""
    house = house_of(request)
    house.scorer.score([table for table in _asked(house, team) if team or table.score is None])
    return _answer(request, session)


@router.post("/release")
async def release(request: Request, session: Hosting) -> Response:
    """Show the scores to the teams."""
    house_of(request).release(True)
    return _answer(request, session)


@router.post("/hide")
async def hide(request: Request, session: Hosting) -> Response:
    """Show the scores to the teams no longer."""
    house_of(request).release(False)
    return _answer(request, session)


@router.post("/reopen")
async def reopen(request: Request, session: Hosting, team: OneOrAll = "") -> Response:
    """Try again to take up a run that could not be played."""
    return _each(request, session, team, lambda table: table.open() if table.problem else None)


def _each(request: Request, session: Session, team: str, change: Callable[[Table], None]) -> Response:
    for table in _asked(house_of(request), team):
        change(table)
    return _answer(request, session)


def _asked(house: House, team: str) -> list[Table]:
    found = [table for table in house.tables if team in ("", table.name)]
    if not found:
        raise HTTPException(404, "There is no such team.")
    return found


def _answer(request: Request, session: Session) -> Response:
    """The teams after a change, or the whole page for a browser without scripts."""
    if asks_part(request):
        return page(request, "host_teams.html.j2", csrf=session.csrf, **_values(house_of(request)))
    return RedirectResponse(PAGE, 303)


def _values(house: House) -> dict[str, Any]:
    rows: list[Row] = [row(table, house.scorer.words(table)) for table in house.tables]
    return {"rows": rows, "clock": clock, "released": house.released, "ends": house.ends_words, "over": house.over}
