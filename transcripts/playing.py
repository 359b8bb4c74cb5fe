"""The time of playing: what passes between events, without the gaps in which a match stood still. It reads no clock."""

from collections.abc import Iterable, Iterator

from transcripts.events import Event


def played_between(before: Event, after: Event) -> float:
    """Seconds of playing between two events that follow each other: none from a pause on, and none until a match goes on."""
    return 0.0 if before.kind == "paused" or after.kind == "resumed" else after.time - before.time


def clocked(events: Iterable[Event]) -> Iterator[tuple[Event, float]]:
    """Each event with the seconds of playing until it.

    Args:
        events: of one run, from its first.
    """
    played, last = 0.0, None
    for event in events:
        if last is not None:
            played += played_between(last, event)
        last = event
        yield event, round(played, 3)
