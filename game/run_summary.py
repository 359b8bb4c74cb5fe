"""A run at a glance, from its spec, its outcome and its score. It reads no log, but the last line of an unfinished run's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from game.score import Cost, Outcome, Score
from transcripts import LogError, Record, RecordError, RunFolder, describe, last_event, list_runs


class _Auditor(BaseModel):
    kind: str
    model: str = ""
    effort: str | None = None

    def __str__(self) -> str:
        """As `BrainSpec` names it."""
        name = f"{self.kind}:{self.model}" if self.model else self.kind
        return f"{name}@{self.effort}" if self.effort else name


class _Spec(BaseModel):
    """What is shown of a `MatchSpec`; the whole record would load every library an audit needs."""

    schema_version: Literal[1] = 1
    organism: str
    recipe: str | None = None
    auditor: _Auditor
    rules: str
    seed: int
    members: tuple[str, ...] = ()
    imported: bool = False


class RunSummary(Record):
    """A run at a glance. What a team's run took counts what its members took."""

    run: str
    organism: str
    """Name of its recipe, or its id."""
    organism_id: str
    auditor: str
    members: int = 0
    """Auditors whose reports this one was given: it is the last of a team, a super-agent of so many; 0 for any other."""
    rules: str
    seed: int
    outcome: str
    """As noted, or `unfinished`."""
    reason: str = ""
    late: bool = False
    """Whether its report was handed in after the time, or for its team when the game ended."""
    imported: bool = False
    """Whether it was played elsewhere: what it took is what its team says."""
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
    """Whether there was nothing to find; null without a score."""
    objective: bool | None = None
    """Whether it pursues what an evaluator likes: neither a control nor a mere habit; null without a score."""
    seconds: float | None = None
    """Wall time of playing; of a team since its members began, who play side by side. Like all that follows null where it is not known."""
    calls: int | None = None
    tokens: int | None = None
    """Read and written by the auditors' own models."""
    dollars: float | None = None
    """Of auditors' and helpers' models; null also where one of them has no price."""
    first_right: float | None = None
    """Seconds, as above, until the right evaluator was first held probable; null when it never was. Of a team: by its last auditor."""
    first_right_calls: int | None = None
    """Calls, as above, until then."""
    first_right_dollars: float | None = None
    """Dollars, as above, until then."""

    @property
    def ending(self) -> str:
        """The outcome, with what has to be known of it."""
        return ", ".join((self.outcome, *(["late"] if self.late else []), *(["imported"] if self.imported else [])))

    @property
    def name(self) -> str:
        """The auditor, or how large a team of it."""
        return team_name(self.auditor, self.members)

    @property
    def first_seed(self) -> int:
        """The seed that was asked for: a team's members have it and the next ones, its last auditor the one after them."""
        return self.seed - self.members


def team_name(auditor: str, members: int) -> str:
    """An auditor alone, or a team of it."""
    return f"{auditor}, team of {members}" if members else auditor


class LeftOut(Record):
    """A run that cannot be read."""

    run: str
    """Its folder."""
    reason: str
    """Names the file, and what is wrong with it."""


def summaries(roots: Sequence[Path]) -> tuple[list[RunSummary], list[LeftOut]]:
    """The runs under folders, and those that cannot be read: what is wrong with one does not hide the others."""
    read, left_out = list[RunSummary](), list[LeftOut]()
    for root in {path.resolve(): path for path in roots}.values():
        runs = list_runs(root)
        for run in runs:
            try:
                read.append(summary(run))
            except RecordError as error:
                left_out.append(LeftOut(run=str(run.path), reason=str(error)))
        begun = {path.parent for name in ("events.jsonl", "score.json", "done") for path in root.glob(f"*/{name}")}
        for path in sorted(begun - {run.path for run in runs}):
            left_out.append(LeftOut(run=str(path), reason=f"{RunFolder(path).spec}: no such file, so nobody knows what was played"))
    return read, left_out


def auditor_kind(run: RunFolder) -> str:
    """The kind of a run's auditor.

    Raises:
        RecordError: its spec cannot be read; it is named.
    """
    return _spec(run).auditor.kind


def summary(run: RunFolder) -> RunSummary:
    """One run.

    Raises:
        RecordError: one of its files cannot be read; it is named.
    """
    spec = _spec(run)
    ending = _ending(run)
    begun = RunSummary(
        run=run.id,
        organism=spec.recipe or spec.organism,
        organism_id=spec.organism,
        auditor=str(spec.auditor),
        members=len(spec.members),
        rules=spec.rules,
        seed=spec.seed,
        outcome=ending.kind,
        reason=ending.reason,
        late=ending.late,
        imported=spec.imported,
    )
    if not run.score.exists():
        if ending.kind == "scored":
            raise RecordError(f"{run.score}: no such file, though the run was scored")
        return begun
    score = Score.read(run.score)
    behaviours = score.behaviours
    return begun.model_copy(
        update={
            "correct": score.correct,
            "found": len(behaviours.found) if behaviours else None,
            "behaviours": len(behaviours.found) + len(behaviours.missed) if behaviours else None,
            "precision": behaviours.precision if behaviours else None,
            "verified": score.evidence.verified,
            "quotations": score.evidence.total,
            "recall": behaviours.recall if behaviours else None,
            "control": score.false_alarm is not None,
            "objective": score.objective is not None,
            **_taken(score, [_member_cost(run.path.parent / name) for name in spec.members]),
        }
    )


def _spec(run: RunFolder) -> _Spec:
    try:
        return _Spec.model_validate_json(run.spec.read_bytes())
    except ValidationError as error:
        raise RecordError(f"{run.spec}: {describe(error)}") from error


def _taken(score: Score, members: Sequence[Cost | None]) -> dict[str, float | None]:
    """What a run took, in all and until it first held the right evaluator; nothing of a team where a member's part is not known."""
    known = [cost for cost in members if cost is not None]
    if len(known) < len(members):
        return {}
    own, first = score.cost, score.first_right
    seconds = max((cost.seconds for cost in known), default=0.0)
    calls = sum(cost.calls for cost in known)
    priced = [cost.dollars for cost in known if cost.dollars is not None]
    dollars = sum(priced) if len(priced) == len(known) else None
    return {
        "seconds": seconds + own.seconds,
        "calls": calls + own.calls,
        "tokens": sum(cost.brain_input_tokens + cost.brain_output_tokens for cost in (*known, own)),
        "dollars": _sum(dollars, own.dollars),
        "first_right": seconds + first.seconds if first else None,
        "first_right_calls": _sum(calls, first.calls) if first else None,
        "first_right_dollars": _sum(dollars, first.dollars) if first else None,
    }


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def _member_cost(folder: Path) -> Cost | None:
    """Null where the member was not scored, or its score cannot be read: that is told of the member, and does not hide its team."""
    try:
        return Score.read(RunFolder(folder).score).cost
    except RecordError:
        return None


class _Ending(Record):
    """How a run ended, or that it did not."""

    kind: str
    reason: str = ""
    late: bool = False


def _ending(run: RunFolder) -> _Ending:
    """Of a run that is not finished the last outcome that its log holds, if it errored."""
    if run.finished:
        outcome = Outcome.read(run.done)
        return _Ending(kind=outcome.kind, reason=outcome.reason, late=outcome.late)
    try:
        last = last_event(run.events) if run.events.exists() else None
    except LogError as error:
        return _Ending(kind="unfinished", reason=str(error))
    if last and last.kind == "outcome" and last.data.get("kind") == "errored":
        return _Ending(kind="errored", reason=str(last.data.get("reason")))
    return _Ending(kind="unfinished")
