"""Shows how long a provider keeps us waiting, and why. It decides nothing: the retry layer does."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from transcripts import inert

LOGGER = "agent.retry"
"""By name: the module itself loads the providers' libraries, which no statistical audit needs."""


@contextmanager
def shown_waits(console: Console) -> Iterator[None]:
    """A line for each wait before a request is made again."""
    handler = _Shown(console)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Shown(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        # A provider's words are not ours: nothing in them may act on the terminal.
        self._console.print(inert(f"waiting: {record.getMessage()}", "yellow"), soft_wrap=True)
