"""What the events of a run add up to. It reads each event once, so that a long run is not counted anew at every call."""

from collections.abc import Sequence
from itertools import pairwise

from tools.budget import Used
from transcripts import Event

SUMS = ("generated_tokens", "read_tokens", "helper_tokens")
"""Fields of a result that add up."""


class Tally:
    """Counts what a growing log has used."""

    def __init__(self) -> None:
        self._read = 0
        self._used = Used()

    def used(self, events: Sequence[Event]) -> Used:
        """What these events have used.

        Args:
            events: of one run, from its first; those of the call before and maybe more.
        """
        new = events[self._read :]
        results = [event.data for event in new if event.kind == "result"]
        sums = {name: getattr(self._used, name) + sum(int(str(data.get(name, 0))) for data in results) for name in SUMS}
        self._used = Used(
            turns=self._used.turns + sum(event.kind == "turn" for event in new),
            calls=self._used.calls + len(results),
            # The time since the last event that was read counts too.
            seconds=round(self._used.seconds + played_seconds(events[max(0, self._read - 1) :]), 3),
            **sums,
        )
        self._read = len(events)
        return self._used


def played_seconds(events: Sequence[Event]) -> float:
    """Wall time of playing: the time between events, without the gaps before a run was resumed."""
    return round(sum(after.time - before.time for before, after in pairwise(events) if after.kind != "resumed"), 3)
