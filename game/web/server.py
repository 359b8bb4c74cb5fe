"""Serves a game over HTTP until it is told to stop. It knows no page."""

import asyncio
import socket
import sys
from contextlib import suppress

import uvicorn

from game.web.app import make_app
from game.web.house import House
from game.web.workbench import router

GRACE = 5
"""Seconds that open requests get when the server is stopped."""
BACKLOG = 512
"""Connections that wait to be taken up."""
KEEP = 75
"""Seconds for which a connection is kept without a request: pages ask every two seconds, and what they send must not meet a closing one."""
TURN = 0.0005
"""Seconds for which a thread keeps the interpreter while another waits for it. A model that answers asks for it again at each of its many
small operations: at Python's 5 ms it would stand still whenever pages are asked for."""


async def serve(house: House, listener: socket.socket) -> None:
    """Serve until the process is interrupted; when the time of the game is over, what teams have written is sealed.

    Args:
        house: the game.
        listener: bound to where browsers are to come.
    """
    sys.setswitchinterval(TURN)
    config = uvicorn.Config(
        make_app(house, router),
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP,
        timeout_graceful_shutdown=GRACE,
    )
    ending = asyncio.create_task(_end_in_time(house))
    try:
        await uvicorn.Server(config).serve(sockets=[listener])
    finally:
        ending.cancel()
        with suppress(asyncio.CancelledError):
            await ending


async def _end_in_time(house: House) -> None:
    while not house.over:
        await asyncio.sleep(min(60.0, house.seconds_left + 1))
    await house.end()
