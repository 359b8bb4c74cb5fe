"""What every answer carries and every request must keep to: headers of security, and the size of a body. It knows no page."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
STATIC = "/static/"
"""What lies there tells nothing and may be kept by browsers."""
MOST = 1_000_000
"""Bytes of a body."""
DRAINED = 64 * MOST
"""Bytes of a body that is too large which are read all the same: a browser that cannot send it to its end shows no answer."""
TOO_LARGE = "too large"
"""Key of a request's scope that says so."""


class SecureHeaders:
    """Adds the headers of security to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({name: value for name, value in HEADERS.items() if name != "cache-control"})
                headers["cache-control"] = "no-cache" if scope["path"].startswith(STATIC) else HEADERS["cache-control"]
            await send(message)

        await self._app(scope, receive, sent)


class SmallBodies:
    """Reads bodies before the app does, and hands it those that are too large as empty, with a mark in the scope."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        parts, size, more = list[bytes](), 0, True
        while more and size <= DRAINED:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            part = message.get("body", b"")
            size, more = size + len(part), message.get("more_body", False)
            if size <= MOST:
                parts.append(part)
        scope[TOO_LARGE] = size > MOST
        body: Message | None = {"type": "http.request", "body": b"" if size > MOST else b"".join(parts), "more_body": False}

        async def received() -> Message:
            nonlocal body
            if body is None:
                return await receive()
            message, body = body, None
            return message

        await self._app(scope, received, send)
