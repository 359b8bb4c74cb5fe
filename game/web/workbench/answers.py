"""What a browser sent in a form, and the ways to answer it. It knows no match."""

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from game.web.rendering import asks_part

CHANGED = {"HX-Trigger": "changed"}
"""Header that has a page ask at once for what is new."""


async def sent(request: Request) -> dict[str, str]:
    """The texts of a form by name; what is no text, or of the session, is left out."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}


def done(request: Request, place: str) -> Response:
    """Nothing is to be shown: the page goes on as it is, and without a script it is loaded again.

    Args:
        request: that is answered.
        place: of the page.
    """
    return Response(status_code=204, headers=CHANGED) if asks_part(request) else RedirectResponse(place, 303)
