"""Events in the order in which people read them: turn by turn, each call with what came back. It knows no tool and draws nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from transcripts.events import Event
from transcripts.playing import clocked
from transcripts.replay import OWN_EVENT

StepKind = Literal[
    "says", "thinks", "tool", "unanswered", "hypothesis", "note", "message", "compacted", "report", "outcome", "paused", "resumed"
]
"""`unanswered` is a call whose result is not in the log."""
_SHOWN: dict[str, StepKind] = {
    "hypothesis": "hypothesis",
    "note": "note",
    "message": "message",
    "compacted": "compacted",
    "report": "report",
    "outcome": "outcome",
    "paused": "paused",
    "resumed": "resumed",
}


@dataclass(frozen=True)
class Step:
    """One thing that happened."""

    kind: StepKind
    event: Event
    played: float
    """Seconds of playing until it (see `clocked`)."""
    arguments: dict[str, JsonValue] = field(default_factory=dict)
    """Of a call; empty for all else."""
    before: float | None = None
    """Probability of a hypothesis until this change; null for a new one."""


@dataclass
class Turn:
    """What happened from one answer of the auditor to its next; number 0 is what happened before its first."""

    number: int
    played: float
    """Seconds of playing until it."""
    steps: list[Step] = field(default_factory=list)


def timeline(events: Iterable[Event], *, keep: Iterable[int] = ()) -> list[Turn]:
    """The turns of a run.

    Args:
        events: of one run, from its first.
        keep: indexes of results that are shown even where their effect is an event of its own: somebody refers to them.
    """
    reading = _Reading(frozenset(keep))
    for event, played in clocked(events):
        reading.read(event, played)
    return reading.finish()


class _Reading:
    """Remembers what later events refer to: open calls and probabilities."""

    def __init__(self, keep: frozenset[int]) -> None:
        self._keep = keep
        self._turns = [Turn(0, 0.0)]
        self._open: dict[str, tuple[Event, float]] = {}
        self._probabilities: dict[str, float] = {}
        self._played = 0.0

    def read(self, event: Event, played: float) -> None:
        self._played = played
        if event.kind == "turn":
            self._turn(event)
        elif event.kind == "call":
            self._open[str(event.data.get("call"))] = (event, self._played)
        elif event.kind == "result":
            self._result(event)
        elif event.kind == "hypothesis":
            self._hypothesis(event)
        elif event.kind in _SHOWN:
            self._add(_SHOWN[event.kind], event)

    def finish(self) -> list[Turn]:
        """All turns; calls that never came back stand at the end, where the run was cut off."""
        for event, played in self._open.values():
            self._turns[-1].steps.append(Step("unanswered", event, played, arguments=_arguments(event)))
        return [turn for turn in self._turns if turn.number or turn.steps]

    def _turn(self, event: Event) -> None:
        self._turns.append(Turn(len(self._turns), self._played))
        turn = event.data.get("turn")
        message = turn.get("message") if isinstance(turn, dict) else None
        if isinstance(message, dict) and message.get("text"):
            self._add("says", event)

    def _result(self, event: Event) -> None:
        call = self._open.pop(str(event.data.get("call")), None)
        tool, content = event.data.get("tool"), event.data.get("content")
        sent_back = isinstance(content, dict) and content.get("accepted") is False
        if tool in OWN_EVENT and not event.data.get("error") and not sent_back and event.index not in self._keep:
            return
        thought = tool == "think" and not event.data.get("error")
        self._add("thinks" if thought else "tool", event, arguments=_arguments(call[0]) if call else {})

    def _hypothesis(self, event: Event) -> None:
        name, probability = str(event.data.get("id")), event.data.get("probability")
        self._add("hypothesis", event, before=self._probabilities.get(name))
        if isinstance(probability, int | float):
            self._probabilities[name] = float(probability)

    def _add(self, kind: StepKind, event: Event, *, arguments: dict[str, JsonValue] | None = None, before: float | None = None) -> None:
        self._turns[-1].steps.append(Step(kind, event, self._played, arguments or {}, before))


def _arguments(event: Event) -> dict[str, JsonValue]:
    arguments = event.data.get("arguments")
    return arguments if isinstance(arguments, dict) else {}
