"""The clock of a match that people play: it stands still until they start it, and whenever they pause it. It logs nothing."""

from collections.abc import Callable

from tools import Workbench


class ClockPausedError(RuntimeError):
    """The clock does not run, so no call is taken; the message is for the players. Nothing is logged of it."""


class MatchClock:
    """Time of playing.

    Args:
        bench: of the match; its log says what was played until its last event.
        now: seconds since the epoch, as the log's events.
    """

    def __init__(self, bench: Workbench, now: Callable[[], float]) -> None:
        self._bench, self._now = bench, now
        self.running = False
        """Whether it runs: not before the first start."""

    @property
    def seconds(self) -> float:
        """Played so far."""
        events = self._bench.log.events
        since = max(0.0, self._now() - events[-1].time) if self.running and events else 0.0
        return self._bench.used.seconds + since

    @property
    def limit(self) -> float | None:
        """Seconds of playing that the rules give; null is no limit."""
        minutes = self._bench.budget.minutes
        return None if minutes is None else 60 * minutes

    @property
    def left(self) -> float | None:
        """Seconds until the limit, not below 0; null where there is none."""
        return None if self.limit is None else max(0.0, self.limit - self.seconds)

    @property
    def over(self) -> bool:
        """Whether the limit is reached: only notes, hypotheses and the report are taken then."""
        return self.left is not None and self.left <= 0

    def check(self) -> None:
        """Check that a call may be made now.

        Raises:
            ClockPausedError: the clock does not run.
        """
        if not self.running:
            begun = any(event.kind == "match" for event in self._bench.log.events)
            raise ClockPausedError(
                "the clock is paused: start it to go on" if begun else "the clock has not been started yet: start it first"
            )
