"""The lobby, where a person enters with a code, and the way out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from game.web.access import COOKIE, check_origin, check_token, house_of, open_session, read_session, set_session
from game.web.codes import find_code, hash_code
from game.web.house import House
from game.web.rendering import page

router = APIRouter()

HOST_PAGE, TEAM_PAGE = "/host", "/team"
LONGEST = 40
"""Characters of a person's name."""
WRONG = "No team has this code. Look at it again: it is three groups of four signs."
NAMELESS = "Tell your name, so that your team sees who does what."
WHY = {"code": "Your code is no longer valid. Ask your host for the new one."}


@router.get("/")
async def lobby(request: Request, why: str = "") -> HTMLResponse:
    """The lobby."""
    return _lobby(request, WHY.get(why, ""))


@router.post("/enter")
async def enter(request: Request, code: Annotated[str, Form()] = "", person: Annotated[str, Form()] = "") -> Response:
    """Open a session for who has a code."""
    check_origin(request)
    house, person = house_of(request), " ".join(person.split())[:LONGEST]
    attempts, address = request.app.state.attempts, request.client.host if request.client else ""
    attempts.take(address)
    # Hashing takes its time, and others are served meanwhile.
    found = find_code(await run_in_threadpool(hash_code, code, house.record.salt), house.record.codes)
    if found is None:
        return _lobby(request, WRONG, person=person, status=403)
    attempts.give_back(address)  # a whole class may come from one address
    is_host = found.mark == house.host_code
    if house.over and not is_host:
        return _lobby(request, house.over_words, person=person, status=403)
    if not person and not is_host:
        return _lobby(request, NAMELESS, code=code, status=400)
    answer = RedirectResponse(HOST_PAGE if is_host else TEAM_PAGE, 303)
    set_session(answer, request, open_session(house, found.mark, person or "host"))
    return answer


@router.post("/leave", dependencies=[Depends(check_token)])
async def leave() -> Response:
    """End the session of this browser."""
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _lobby(request: Request, problem: str, *, code: str = "", person: str = "", status: int = 200) -> HTMLResponse:
    house, session = house_of(request), read_session(request)
    marks = {table.code: table.name for table in house.tables}
    seated = marks.get(session.code) if session else None
    return page(
        request,
        "lobby.html.j2",
        status=status,
        problem=problem or (house.over_words if house.over else ""),
        code=code,
        named=person or (session.person if session else ""),
        seated=seated,
        hosting=bool(session and session.code == house.host_code),
        teams=", ".join(table.name for table in house.tables),
        time=_time(house),
        ends=house.ends_words,
    )


def _time(house: House) -> str:
    limits = {table.limits.minutes for table in house.tables}
    return " or ".join("without limit" if minutes is None else f"{minutes:,.10g} minutes" for minutes in limits)
