"""Gives up one call of a tool, and leaves the match as it is. It knows no tool."""

from collections.abc import Coroutine
from typing import Any

import anyio

from tools.context import ToolError
from tools.tool import Result


class Cancelling:
    """By which somebody can give up a call that is under way, or that has not begun."""

    def __init__(self) -> None:
        self._scope = anyio.CancelScope()
        self._reason: str | None = None

    def cancel(self, reason: str) -> None:
        """Give the call up.

        Args:
            reason: the words of its result.
        """
        if self._reason is None:
            self._reason = reason
            self._scope.cancel()

    async def run(self, running: Coroutine[Any, Any, Result]) -> Result:
        """What a call comes to.

        Raises:
            ToolError: it was given up; the message says so.
        """
        if self._reason is None:
            with self._scope:
                return await running
        running.close()
        raise ToolError(str(self._reason))
