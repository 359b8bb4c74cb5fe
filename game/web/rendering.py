"""Pages and their parts as answers to a browser. The templates are inert as those of `game.view`, whose parts they may use."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

from game.version import package_version
from game.view.rendering import TEMPLATES as PARTS
from game.view.rendering import make_environment

HERE = Path(__file__).parent
FOLDERS = (HERE / "templates", HERE / "workbench" / "templates", PARTS)
"""Where templates are looked for, in this order."""


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page, or a part of one.

    Args:
        request: that is answered.
        template: name of its file.
        status: of the answer; the browser shows an error's part as an alert, so a form that comes back has 200.
        values: that it shows; `seat` among them where a team sees it.
    """
    house = request.app.state.house
    shown = {"game": house.file, "seat": None, "csrf": "", "person": ""} | values
    if shown["seat"] is not None:
        shown |= {"csrf": shown["seat"].csrf, "person": shown["seat"].person}
    return HTMLResponse(_environment().get_template(template).render(shown), status_code=status)


def asks_part(request: Request) -> bool:
    """Whether a page asks for a part of itself, and not the browser for a page."""
    return "hx-request" in request.headers


def prepare() -> None:
    """Compile the templates now: on the first use of each all teams would wait for it."""
    for name in _environment().list_templates(extensions=["j2"]):
        _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = make_environment(*FOLDERS)
    environment.globals |= {"version": package_version()}
    return environment
