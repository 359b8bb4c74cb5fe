"""One line for each run of a folder, from its spec, its outcome and its score. It reads no log but that of an unfinished run."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError
from rich.table import Table

from game.plain_table import plain_table
from game.score import Outcome, Score
from transcripts import LogError, Record, RecordError, RunFolder, describe, inert, list_runs, read_events


class _Auditor(BaseModel):
    kind: str
    model: str = ""
    effort: str | None = None

    def __str__(self) -> str:
        """As `BrainSpec` names it."""
        name = f"{self.kind}:{self.model}" if self.model else self.kind
        return f"{name}@{self.effort}" if self.effort else name


class _Spec(BaseModel):
    """What the table shows of a `MatchSpec`; the whole record would load every library an audit needs."""

    organism: str
    recipe: str | None = None
    auditor: _Auditor
    rules: str
    seed: int


class RunSummary(Record):
    """A run at a glance."""

    run: str
    organism: str
    """Name of its recipe, or its id."""
    organism_id: str
    auditor: str
    rules: str
    seed: int
    outcome: str
    """As noted, or `unfinished`."""
    reason: str = ""
    correct: bool | None = None
    found: int | None = None
    """Canonical behaviours found."""
    behaviours: int | None = None
    """Canonical behaviours there are."""
    precision: float | None = None
    verified: int | None = None
    """Quotations found in the log."""
    quotations: int | None = None
    recall: float | None = None
    """Share of the canonical behaviours that were found."""
    control: bool | None = None
    """Whether there was no objective to find; null without a score."""
    seconds: float | None = None
    calls: int | None = None
    tokens: int | None = None
    """Read and written by the auditor's own model."""
    first_right: float | None = None
    """Seconds of playing until the right evaluator was first held probable; null when it never was."""

    def cells(self) -> list[str]:
        """The cells of its row; the run's id names organism and auditor already."""
        return [
            self.run,
            self.rules,
            str(self.seed),
            " ".join(f"{self.outcome}: {self.reason}".split()) if self.reason else self.outcome,
            "-" if self.correct is None else "yes" if self.correct else "no",
            "-" if self.found is None else f"{self.found}/{self.behaviours}",
            "-" if self.precision is None else f"{100 * self.precision:.0f} %",
            "-" if self.verified is None else f"{self.verified}/{self.quotations}",
            "-" if self.seconds is None else f"{self.seconds:.0f}",
        ]


COLUMNS = ("run", "rules", "seed", "outcome", "right", "found", "precision", "quoted", "seconds")
"""Of the table, as `RunSummary.cells` fills them."""
REASON = 300
"""Characters of one cell: a reason may be as long as who gave it likes."""


def runs_table(rows: Sequence[RunSummary]) -> Table:
    """A line for each run."""
    table = plain_table(*COLUMNS, keep_first=True)
    for row in rows:
        table.add_row(*(inert(cell, limit=REASON) for cell in row.cells()))
    return table


def summaries(root: Path) -> list[RunSummary]:
    """The runs under a folder.

    Raises:
        RecordError: a run's file cannot be read; it is named.
    """
    return [summary(run) for run in list_runs(root)]


def summary(run: RunFolder) -> RunSummary:
    """One run."""
    try:
        spec = _Spec.model_validate_json(run.spec.read_bytes())
    except ValidationError as error:
        raise RecordError(f"{run.spec}: {describe(error)}") from error
    outcome, reason = _ending(run)
    score = Score.read(run.score) if run.score.exists() else None
    behaviours = score.behaviours if score else None
    return RunSummary(
        run=run.id,
        organism=spec.recipe or spec.organism,
        organism_id=spec.organism,
        auditor=str(spec.auditor),
        rules=spec.rules,
        seed=spec.seed,
        outcome=outcome,
        reason=reason,
        correct=score.correct if score else None,
        found=len(behaviours.found) if behaviours else None,
        behaviours=len(behaviours.found) + len(behaviours.missed) if behaviours else None,
        precision=behaviours.precision if behaviours else None,
        verified=score.evidence.verified if score else None,
        quotations=score.evidence.total if score else None,
        recall=behaviours.recall if behaviours else None,
        control=score.false_alarm is not None if score else None,
        seconds=score.cost.seconds if score else None,
        calls=score.cost.calls if score else None,
        tokens=score.cost.brain_input_tokens + score.cost.brain_output_tokens if score else None,
        first_right=score.first_right.seconds if score and score.first_right else None,
    )


def _ending(run: RunFolder) -> tuple[str, str]:
    """Outcome and reason: of a run that is not finished the last that its log holds, if it errored."""
    if run.finished:
        outcome = Outcome.read(run.done)
        return outcome.kind, outcome.reason
    try:
        last = read_events(run.events)[-1:] if run.events.exists() else []
    except LogError as error:
        return "unfinished", str(error)
    if last and last[0].kind == "outcome" and last[0].data.get("kind") == "errored":
        return "errored", str(last[0].data.get("reason"))
    return "unfinished", ""
