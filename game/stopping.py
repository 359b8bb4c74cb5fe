"""What Ctrl-C does to an audit: the answer that is paid for is still logged, and nothing new begins. It shows nothing itself."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from transcripts import Event

WAITING = "stopping as soon as the auditor's answer is in the log; Ctrl-C again stops at once"


class Stop:
    """Stops an audit on SIGINT.

    While the auditor decides, its answer is waited for, because it has to be paid for anyway; a second SIGINT does not wait.
    A tool call under way is given up: resumed, the run makes it again.

    Args:
        say: told that an answer is waited for.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._task: asyncio.Task[Any] | None = None
        self._under_way: set[str] = set()
        self._asked = self._stopped = False

    def listen(self, event: Event) -> None:
        """To be told each event of the run."""
        if event.kind == "call":
            self._under_way.add(str(event.data["call"]))
        elif event.kind == "result":
            self._under_way.discard(str(event.data["call"]))
        if self._asked and event.kind == "turn":
            self._stop()

    async def run(self, playing: Coroutine[Any, Any, object]) -> bool:
        """Play until the end or until SIGINT; whether it was the end."""
        self._task = asyncio.ensure_future(playing)
        with interrupts(self._interrupted):
            try:
                await self._task
            except asyncio.CancelledError:
                if not self._stopped:
                    raise
        return not self._stopped

    def _interrupted(self) -> None:
        if self._asked or self._under_way:
            self._stop()
        else:
            self._asked = True
            self._say(WAITING)

    def _stop(self) -> None:
        self._stopped = True
        if self._task is not None:
            self._task.cancel()


@contextmanager
def interrupts(handle: Callable[[], None]) -> Iterator[None]:
    """While it lasts, SIGINT calls `handle` in the running loop; where that cannot be done, Ctrl-C stops at once.

    Args:
        handle: decides what is stopped.
    """
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGINT, handle)
    except (NotImplementedError, RuntimeError):  # not on this system, or not in this thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
