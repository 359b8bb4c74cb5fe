"""The app: its parts put together, and a plain page for whatever goes wrong. It knows no page's content."""

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from game.view.rendering import STYLE, TEMPLATES
from game.web import host, lobby
from game.web.access import EnterFirstError, ForgedError, SealedError, Seated, check_token
from game.web.guards import STATIC, TOO_LARGE, SecureHeaders, SmallBodies
from game.web.house import House
from game.web.rates import Rate, RateTerms, TooOftenError
from game.web.rendering import HERE, asks_part, page, prepare
from game.web.table import FaultyTableError

SEALED = "/team/sealed"
LARGE = "This is more than a megabyte, and nothing of it was taken. Send less at once."
FORGED = "This did not come from a page of this game, or the page is too old. Load it again."
FAULTY = "Your team's match cannot be played now. Ask your host, who can read why."
MISFIT = "What was sent does not fit this page. Load it again."
WORDS = {404: "There is no such page.", 405: "This page takes no such request."}
FAULT = "Something went wrong in the server. What was saved is kept, and your host can read why. Load the page again."
CALLS: RateTerms = {"at_once": 120, "a_second": 4}
"""Of a team, whatever it sends."""
ATTEMPTS: RateTerms = {"at_once": 20, "a_second": 0.2}
"""Of an address, at codes that are wrong."""


class TooLargeError(Exception):
    """A request has a body that nobody reads."""


def make_app(house: House, team: APIRouter) -> ASGIApp:
    """The app that serves a game.

    Args:
        house: the game.
        team: the pages on which a team works, below `/team`.
    """
    prepare()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house, app.state.attempts, app.state.calls = house, Rate(**ATTEMPTS), Rate(**CALLS)
    app.include_router(lobby.router, dependencies=[Depends(_check_size)])
    app.include_router(team, dependencies=[Depends(_check_size), Depends(check_token), Depends(_check_rate)])
    app.include_router(host.router, dependencies=[Depends(_check_size), Depends(check_token)])
    app.add_api_route(f"{STATIC}{STYLE}", _style)
    app.mount(f"{STATIC}workbench", StaticFiles(directory=HERE / "workbench" / "static", check_dir=False))
    app.mount(STATIC, StaticFiles(directory=HERE / "static"))
    _answer_errors(app)
    return SecureHeaders(SmallBodies(app))


async def _check_size(request: Request) -> None:
    if request.scope.get(TOO_LARGE):
        raise TooLargeError


async def _check_rate(request: Request, seat: Seated) -> None:
    if request.method == "POST":
        request.app.state.calls.take(seat.team)


async def _style() -> FileResponse:
    """The style that pages of a server share with those that are written to files."""
    return FileResponse(TEMPLATES / STYLE)


def _answer_errors(app: FastAPI) -> None:
    """Register what is answered where a page cannot be."""

    @app.exception_handler(EnterFirstError)
    async def enter(request: Request, error: EnterFirstError) -> Response:
        return _lead(request, f"/?why={error.reason}" if error.reason else "/")

    @app.exception_handler(SealedError)
    async def sealed(request: Request, error: SealedError) -> Response:  # noqa: ARG001
        return _lead(request, SEALED)

    @app.exception_handler(TooOftenError)
    async def often(request: Request, error: TooOftenError) -> Response:
        answer = _trouble(request, 429, str(error))
        answer.headers["retry-after"] = str(error.seconds)
        return answer

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return _trouble(request, error.status_code, WORDS.get(error.status_code, str(error.detail)))

    told = {TooLargeError: (413, LARGE), ForgedError: (403, FORGED), FaultyTableError: (503, FAULTY), RequestValidationError: (400, MISFIT)}

    async def tell(request: Request, error: Exception) -> Response:
        return _trouble(request, *next(answer for kind, answer in told.items() if isinstance(error, kind)))

    for kind in told:
        app.add_exception_handler(kind, tell)

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the server logs it
        return _trouble(request, 500, FAULT)


def _lead(request: Request, place: str) -> Response:
    """Send the browser to another page, also where a page asked for a part of itself."""
    return Response(headers={"HX-Redirect": place}) if asks_part(request) else RedirectResponse(place, 303)


def _trouble(request: Request, status: int, sentence: str) -> Response:
    template = "trouble_part.html.j2" if asks_part(request) else "trouble.html.j2"
    return page(request, template, status=status, sentence=sentence)
