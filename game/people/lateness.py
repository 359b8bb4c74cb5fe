"""How far a report came after the time. It reads no file."""

from collections.abc import Iterable

from tools import Budget
from transcripts import Event, clocked


def seconds_late(events: Iterable[Event], budget: Budget) -> float:
    """Seconds of playing over the limit until the report; 0 for one in time, and where there is no limit or no report.

    Args:
        events: of one run, from its first.
        budget: of the match.
    """
    if budget.minutes is None:
        return 0.0
    played = next((seconds for event, seconds in clocked(events) if event.kind == "report"), 0.0)
    return round(max(0.0, played - 60 * budget.minutes), 3)
