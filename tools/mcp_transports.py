"""How an MCP server meets its clients: over stdin and stdout, or over HTTP. It knows nothing of what is served."""

import hmac
import socket
from typing import Any

import uvicorn
from mcp.server import Server
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.stdio import stdio_server

PATH = "/mcp"
GRACE = 5
"""Seconds that open connections get when the server is stopped."""


async def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over stdin and stdout, until it closes them; whatever else is printed meanwhile goes to stderr."""
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


class _OneToken:
    """Lets in who knows the token."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    async def verify_token(self, token: str) -> AccessToken | None:
        """See `mcp.server.auth.provider.TokenVerifier`."""
        right = hmac.compare_digest(token.encode(), self._token)
        return AccessToken(token=token, client_id="auditor", scopes=[]) if right else None


async def serve_http(server: Server[Any], listener: socket.socket, *, token: str | None = None) -> None:
    """Serve clients over streamable HTTP at `PATH`, until the process is interrupted.

    Args:
        server: of one match; all clients play it together.
        listener: bound to where clients are to come.
        token: that clients must bring (`Authorization: Bearer …`); null for none.
    """
    host, port = listener.getsockname()[:2]
    here = f"http://{host if ':' not in host else f'[{host}]'}:{port}"
    # The SDK asks for an issuer where there is a token; with no resource to describe it is shown to nobody.
    auth = AuthSettings(issuer_url=here, resource_server_url=None) if token else None
    app = server.streamable_http_app(streamable_http_path=PATH, host=host, auth=auth, token_verifier=_OneToken(token) if token else None)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=GRACE)
    await uvicorn.Server(config).serve(sockets=[listener])
