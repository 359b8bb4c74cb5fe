"""What every export is made from: a run with all its parts, and its events as rows. It knows no format."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from game.run_summary import RunSummary, summary
from game.score import Score
from transcripts import Event, Record, Report, RunFolder, clocked, events_so_far


class EventRow(Record):
    """One event of one run, what is most asked for beside its data."""

    run: str
    """Id of the run."""
    index: int
    """Position in the run's log, from 0; reports cite it."""
    kind: str
    time: float
    """Seconds since the epoch."""
    played: float
    """Seconds of playing until it, without the gaps in which the match stood still."""
    turn: int
    """The auditor's answer that it belongs to, from 1; 0 before the first."""
    call: str | None = None
    """Id of the call, of calls and results."""
    tool: str | None = None
    error: bool | None = None
    """Results: whether the call failed."""
    seconds: float | None = None
    """Results: how long the call took."""
    read_tokens: int | None = None
    """Results: read by the organism and its reference."""
    generated_tokens: int | None = None
    """Results: written by them."""
    helper_tokens: int | None = None
    """Results: read and written by the helper model."""
    text: str | None = None
    """What the auditor or the game said, a note, or the statement of a hypothesis."""
    hypothesis: str | None = None
    """Id of a hypothesis."""
    probability: float | None = None
    """Of the hypothesis."""
    data: dict[str, JsonValue]
    """All that the event holds."""


@dataclass(frozen=True)
class PlayedRun:
    """A run, finished or not."""

    summary: RunSummary
    spec: dict[str, JsonValue]
    events: list[Event]
    report: Report | None
    score: Score | None

    @classmethod
    def read(cls, run: RunFolder) -> "PlayedRun":
        """Read a run.

        Raises:
            LogError: its log is corrupted or was edited.
            RecordError: another of its files cannot be read.
        """
        return cls(
            summary=summary(run),
            spec=json.loads(run.spec.read_bytes()),
            events=events_so_far(run.events),
            report=Report.read(run.report) if run.report.exists() else None,
            score=Score.read(run.score) if run.score.exists() else None,
        )


def rows(run: PlayedRun) -> Iterator[EventRow]:
    """The events of a run."""
    turn = 0
    for event, played in clocked(run.events):
        turn += event.kind == "turn"
        yield _row(run.summary.run, event, played, turn)


def _row(run: str, event: Event, played: float, turn: int) -> EventRow:
    data = event.data
    said = data.get("turn")
    message = said.get("message") if isinstance(said, dict) else None
    text = message.get("text") if isinstance(message, dict) else data.get("text", data.get("statement"))
    result, hypothesis = event.kind == "result", event.kind == "hypothesis"
    return EventRow(
        run=run,
        index=event.index,
        kind=event.kind,
        time=event.time,
        played=played,
        turn=turn,
        call=_text(data.get("call")),
        tool=_text(data.get("tool")),
        error=bool(data.get("error")) if result else None,
        seconds=_number(data.get("seconds")) if result else None,
        read_tokens=_count(data, "read_tokens") if result else None,
        generated_tokens=_count(data, "generated_tokens") if result else None,
        helper_tokens=_count(data, "helper_tokens") if result else None,
        text=_text(text),
        hypothesis=_text(data.get("id")) if hypothesis else None,
        probability=_number(data.get("probability")) if hypothesis else None,
        data=data,
    )


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _count(data: dict[str, JsonValue], name: str) -> int:
    """A count of tokens; logs from before there was one say nothing of it."""
    value = data.get(name)
    return value if isinstance(value, int) else 0
