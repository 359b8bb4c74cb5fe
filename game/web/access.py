"""Who asks: the session in a signed cookie, and the seat or the host's place that it opens. It knows no page.

What asks for a seat must be `async`: matches belong to the event loop, and no thread may touch them.
"""

import secrets
from functools import cache
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.responses import Response

from game.people.match import PeopleMatch
from game.score import Score
from game.web.house import House
from game.web.table import Table
from transcripts import Record, RunFolder

COOKIE = "auditgame"
TOKEN = "X-CSRF-Token"
"""Header that carries the token of a session; a form may carry it as its field `csrf` instead."""
READING = ("GET", "HEAD")


class EnterFirstError(Exception):
    """A page was asked for that needs another code than the browser has shown; the lobby asks for it.

    Args:
        reason: key of the lobby's words for it; empty where there is nothing to say.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class SealedError(Exception):
    """The team's match is over: there is nothing to play with any more."""


class ForgedError(Exception):
    """A request that changes something does not come from one of our pages."""


class Session(Record):
    """What a browser's cookie says, signed by the game."""

    code: str
    """Mark of the code that opened it; a new code ends the sessions of the old one."""
    person: str
    csrf: str
    """Token that each request of this session that changes something must bring."""


class Seat:
    """A person's place at the table of a team.

    Args:
        house: the game.
        table: the team's.
        session: of the person's browser.
    """

    def __init__(self, house: House, table: Table, session: Session) -> None:
        self.house, self._table = house, table
        self.team, self.person, self.csrf = table.name, session.person, session.csrf

    @property
    def run(self) -> RunFolder:
        """The team's run."""
        return self._table.run

    @property
    def match(self) -> PeopleMatch:
        """The match.

        Raises:
            SealedError: it is over; the browser is sent to the page that says so.
            FaultyTableError: its run cannot be played; a page says why.
        """
        match = self._table.match
        if match is None or self.sealed:
            raise SealedError
        return match

    @property
    def sealed(self) -> bool:
        """Whether the report is sealed."""
        return self._table.sealed

    @property
    def score(self) -> Score | None:
        """The score; null while there is none, or the host has not released it."""
        return self._table.score if self.house.released else None

    @property
    def may_start(self) -> bool:
        """Whether the team starts and pauses its own clock; otherwise its host does."""
        return self.house.file.clock == "teams"


def open_session(house: House, code: str, person: str) -> str:
    """A cookie for whoever has shown the code with that mark."""
    session = Session(code=code, person=person, csrf=secrets.token_urlsafe(16))
    return str(_signer(house.secret).dumps(session.model_dump()))


def read_session(request: Request) -> Session | None:
    """The session of a browser; null without one that we signed."""
    try:
        return Session.model_validate(_signer(house_of(request).secret).loads(request.cookies.get(COOKIE, "")))
    except (BadSignature, ValueError):
        return None


def set_session(response: Response, request: Request, cookie: str) -> None:
    """Give a session to a browser."""
    response.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", secure=request.url.scheme == "https")


def house_of(request: Request) -> House:
    """The game that is served."""
    house = request.app.state.house
    if not isinstance(house, House):
        raise TypeError("the app serves no game")
    return house


async def seat(request: Request) -> Seat:
    """The seat of the person who asks.

    Raises:
        EnterFirstError: no team's code was shown, or it is no longer valid.
    """
    house, session = house_of(request), read_session(request)
    if session is None:
        raise EnterFirstError
    table = next((table for table in house.tables if table.code == session.code), None)
    if table is None:
        raise EnterFirstError("code")
    if house.over:
        raise EnterFirstError
    table.greet(session.person)
    return Seat(house, table, session)


async def host(request: Request) -> Session:
    """The session of the host who asks.

    Raises:
        EnterFirstError: the host's code was not shown, or it is no longer valid.
    """
    session = read_session(request)
    if session is None or session.code != house_of(request).host_code:
        raise EnterFirstError
    return session


async def check_token(request: Request) -> None:
    """Let a request that changes something through only from our own pages.

    Raises:
        ForgedError: it comes from elsewhere, or without the session's token.
    """
    if request.method in READING:
        return
    check_origin(request)
    session = read_session(request)
    if session is None:
        raise EnterFirstError
    given = request.headers.get(TOKEN)
    if given is None:
        field = (await request.form()).get("csrf")
        given = field if isinstance(field, str) else ""
    if not secrets.compare_digest(given.encode(), session.csrf.encode()):
        raise ForgedError


def check_origin(request: Request) -> None:
    """Refuse what another site's page sends.

    As our pages send no referrer, browsers say `null` for the origin of their forms; where they tell the site instead, that decides.

    Raises:
        ForgedError: the browser says that it does.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "null")
    if site is not None and site != "same-origin":
        raise ForgedError
    if origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForgedError


@cache
def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="session")


Seated = Annotated[Seat, Depends(seat)]
