"""How often somebody may do something: so many at once, and then so many a second. It knows nothing of requests."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypedDict

MOST = 10_000
"""Names that are remembered; those that came longest ago are forgotten."""


class TooOftenError(Exception):
    """Somebody must wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many requests: wait {seconds} second{'' if seconds == 1 else 's'}, then try again.")
        self.seconds = seconds


class RateTerms(TypedDict):
    """How much a rate allows; see `Rate`."""

    at_once: int
    a_second: float


class Rate:
    """A bucket of tokens for each name.

    Args:
        at_once: tokens of a full bucket.
        a_second: tokens that come back.
        clock: seconds.
    """

    def __init__(self, *, at_once: int, a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._a_second, self._clock = at_once, a_second, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Take a token.

        Raises:
            TooOftenError: there is none; it says when there is one.
        """
        now = self._clock()
        tokens, then = self._buckets.pop(name, (float(self._at_once), now))
        tokens = min(self._at_once, tokens + (now - then) * self._a_second)
        short = tokens < 1
        self._buckets[name] = (tokens if short else tokens - 1, now)
        while len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        if short:
            raise TooOftenError(math.ceil((1 - tokens) / self._a_second))

    def give_back(self, name: str) -> None:
        """Give back a token that was taken for what proved to be no reason to wait."""
        tokens, then = self._buckets.get(name, (float(self._at_once), self._clock()))
        self._buckets[name] = (min(self._at_once, tokens + 1), then)
