"""What the events of a run add up to. It reads each event once, so that a long run is not counted anew at every call."""

from collections.abc import Sequence
from itertools import pairwise

from pydantic import JsonValue

from tools.budget import Used
from transcripts import Event, played_between, turn_usage

SUMS = ("generated_tokens", "read_tokens", "helper_tokens")
"""Fields of a result that add up."""


class Tally:
    """Counts what a growing log has used."""

    def __init__(self) -> None:
        self._read = 0
        self._last: tuple[Event, ...] = ()
        self._used = Used()

    def used(self, events: Sequence[Event]) -> Used:
        """What these events have used.

        Args:
            events: of one run, from its first; those of the call before and maybe more.
        """
        return self.add(events[self._read :]) if len(events) > self._read else self._used

    def add(self, new: Sequence[Event]) -> Used:
        """What all events have used, with these that follow the ones before; for who does not keep them.

        Args:
            new: events of the same run.
        """
        results = [event.data for event in new if event.kind == "result"]
        usages = [turn_usage(event) for event in new if event.kind == "turn"]
        prices = [price for event in new if (price := _price(event)) is not None]
        dollars = self._used.dollars
        for _, paid in prices:  # one by one: their sum is then the same to the last bit, however often it was asked for in between
            dollars += paid or 0.0
        sums = {name: getattr(self._used, name) + sum(int(str(data.get(name, 0))) for data in results) for name in SUMS}
        self._used = Used(
            turns=self._used.turns + len(usages),
            calls=self._used.calls + len(results),
            brain_input_tokens=self._used.brain_input_tokens + sum(usage.all_input_tokens for usage in usages),
            brain_output_tokens=self._used.brain_output_tokens + sum(usage.output_tokens for usage in usages),
            dollars=dollars,
            unpriced_tokens=self._used.unpriced_tokens + sum(tokens for tokens, paid in prices if paid is None),
            # The time since the last event that was read counts too.
            seconds=round(self._used.seconds + played_seconds([*self._last, *new]), 3),
            **sums,
        )
        self._read += len(new)
        self._last = tuple(new[-1:]) or self._last
        return self._used


def _price(event: Event) -> tuple[int, float | None] | None:
    """Tokens of a model that is paid for, and their dollars (null where it has no price); null where the event holds no such tokens."""
    if event.kind == "turn":
        turn = event.data["turn"]
        return turn_usage(event).all_tokens, _number(turn.get("dollars") if isinstance(turn, dict) else None)
    if event.kind == "result":
        return int(str(event.data.get("helper_tokens", 0))), _number(event.data.get("helper_dollars"))
    return None


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def played_seconds(events: Sequence[Event]) -> float:
    """Wall time of playing: the time between events, without the gaps in which the match stood still."""
    return round(sum(played_between(before, after) for before, after in pairwise(events)), 3)
