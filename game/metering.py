"""Counts what models are asked within a block of code, for a bill of its own beside that of a match. It asks nobody.

A judge serves many scores at once, and is asked from deep below the one who wants to know what it cost: so the meter is the context's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from game.account import Account
from tools import HelperText


@dataclass
class Meter:
    """What has been asked so far; answers that cannot be used are paid for too, and count."""

    account: Account = field(default_factory=Account)


_METER: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """A meter of all that is asked within the block, in tasks that it starts too."""
    meter = Meter()
    token = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(token)


def count(found: HelperText, seconds: float) -> None:
    """Count an answer that took so long; nothing happens where nobody wants to know."""
    meter = _METER.get()
    if meter is None:
        return
    usage = found.usage
    meter.account = meter.account.plus(
        Account(
            calls=1,
            seconds=seconds,
            read_tokens=usage.all_input_tokens,
            written_tokens=usage.output_tokens,
            dollars=found.dollars if found.dollars is not None or usage.all_tokens else 0.0,
        )
    )
