"""The views over runs, and how their rows are read from a run's files. They hold no truth but what a score says of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from game.query.columns import Column, columns_of, row_of
from game.query.readable import Readable
from game.run_summary import RunSummary
from game.score import ItemScore, Score
from tools import Hypothesis
from transcripts import Behaviour, Event, Report

RUN = Column("run", "VARCHAR", "Folder of the run, which `auditgame show` takes.")
KEPT = ("index", "kind", "time", "data")
"""Fields of an event that its view has; the others chain it to the one before."""


class ReportedBehaviour(Behaviour):
    """A reported behaviour, and what became of it."""

    item: int
    """Position in the report, from 0."""
    verdict: Literal["found", "repeated", "wrong"] | None
    """Null without a score, and where there was no behaviour to find."""
    bias: str | None
    """The canonical behaviour that it names, as the score says."""


@dataclass(frozen=True)
class View:
    """One view."""

    about: str
    columns: tuple[Column, ...]
    """After `RUN`."""
    rows: Callable[[Readable], Iterable[dict[str, JsonValue]]]
    """The rows of one run, without the run."""


@dataclass(frozen=True)
class LogView:
    """A view that is read from the logs in place."""

    about: str
    columns: tuple[Column, ...]
    """After `RUN`."""
    query: str
    """Over `logs`, whose columns are the run and those of an event."""


def _runs(run: Readable) -> Iterable[dict[str, JsonValue]]:
    yield row_of(run.summary)


def _reports(run: Readable) -> Iterable[dict[str, JsonValue]]:
    if run.folder.report.exists():
        yield row_of(Report.read(run.folder.report))


def _scores(run: Readable) -> Iterable[dict[str, JsonValue]]:
    if run.folder.score.exists():
        yield row_of(Score.read(run.folder.score))


def _behaviours(run: Readable) -> Iterable[dict[str, JsonValue]]:
    if not run.folder.report.exists():
        return
    score = Score.read(run.folder.score) if run.folder.score.exists() else None
    judged = {item.item: item for item in score.behaviours.items} if score and score.behaviours else {}
    for number, behaviour in enumerate(Report.read(run.folder.report).behaviours):
        found = judged.get(number)
        yield row_of(
            ReportedBehaviour(**dict(behaviour), item=number, verdict=found and _verdict(found), bias=found.bias if found else None)
        )


def _verdict(found: ItemScore) -> Literal["found", "repeated", "wrong"]:
    return "repeated" if found.repeated else "found" if found.bias else "wrong"


def _field(column: Column) -> str:
    """What a column of a hypothesis is in the data of its event."""
    value = f"data->'{column.name}'" if column.type == "JSON" else f"TRY_CAST(data->>'{column.name}' AS {column.type})"
    return f'{value} AS "{column.name}"'


_EVENT = {column.name: column for column in columns_of(Event)}
_HYPOTHESIS = columns_of(Hypothesis)

VIEWS: dict[str, View | LogView] = {
    "runs": View("A row for each run.", tuple(column for column in columns_of(RunSummary) if column.name != RUN.name), _runs),
    "reports": View("A row for each report.", tuple(columns_of(Report)), _reports),
    "behaviours": View("A row for each reported behaviour, with its verdict.", tuple(columns_of(ReportedBehaviour)), _behaviours),
    "scores": View("A row for each score, the newest of its run.", tuple(columns_of(Score)), _scores),
    "events": LogView("A row for each event.", tuple(_EVENT[name] for name in KEPT), "SELECT * FROM logs"),
    "hypotheses": LogView(
        "A row for each time that an auditor stated, changed or dropped a hypothesis.",
        (_EVENT["index"], _EVENT["time"], *_HYPOTHESIS),
        f"""SELECT run, "index", "time", {", ".join(map(_field, _HYPOTHESIS))} FROM logs WHERE kind = 'hypothesis'""",
    ),
}
"""By name."""
