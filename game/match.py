"""Plays a match from its spec to its sealed score; a killed or errored one goes on from where it stopped. It shows nothing."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import JsonValue, ValidationError

from agent import Brain, BrainError, check_dollars, context_tokens, investigate
from game.judge import Judge, UnjudgedError
from game.judges import best_lexical_judge
from game.score import Outcome
from game.scoring import score_report
from game.spec import MatchSpec
from game.team_record import handed
from organism import Organism, OrganismError
from organism.foundry import load_truth
from tools import Helper, Workbench
from transcripts import Event, EventLog, LogError, Report, RunFolder, new_run

Listener = Callable[[Event], None]


def open_match(spec: MatchSpec, runs: Path) -> RunFolder:
    """A new run's folder with its spec in it."""
    run = new_run(runs, spec.stem)
    spec.write(run.spec)
    return run


async def play(
    run: RunFolder,
    organism: Organism,
    brain: Brain,
    cache: Path,
    *,
    judges: Sequence[Judge] | None = None,
    helper: Helper | None = None,
    listener: Listener | None = None,
) -> Outcome:
    """Play a match to its end; each step whose result is on disk is skipped.

    Args:
        run: with its spec; may hold the beginning of a run that was killed.
        organism: the spec's.
        brain: the spec's auditor.
        cache: where the organism's truth is sealed; opened when the report is on disk, not before.
        judges: the best lexical one that is installed if not given.
        helper: the spec's helper model, where it names one.
        listener: told each event once it is in the log.

    Returns:
        How it ended: scored, unscored or invalid.

    Raises:
        BrainError: the brain cannot go on. This and any other error is noted in the log as `errored` and raised;
            the run has no `done` and can be resumed.
        LogError: the log is corrupted, in use, or not that of this spec.
    """
    if run.finished:
        return Outcome.read(run.done)
    spec = MatchSpec.read(run.spec)
    check_dollars(spec.budget, spec.auditor, spec.helper)
    with EventLog(run.events, listener=listener) as log:
        begin(log, spec)
        try:
            outcome = await _play(run, spec, log, organism, brain, cache, judges or [best_lexical_judge()], helper)
        except OSError:
            raise  # the log may be on the very disk that failed, perhaps with half a line written: no line more
        except Exception as error:
            note_error(log, error)
            raise
        note(log, outcome)
    outcome.write(run.done)
    return outcome


def begin(log: EventLog, spec: MatchSpec, *, who: str = "") -> None:
    """Log that a match begins, or that it goes on after a stop; the time in between is not played.

    Args:
        log: of the match.
        spec: of the match.
        who: goes on, where several people could; empty for nobody in particular.

    Raises:
        LogError: the log is that of another match.
    """
    check_log(log, spec)
    if not log.events:
        log.append("match", match_data(spec))
    elif not _noted(log.events, ("scored", "unscored", "invalid")):
        log.append("resumed", {"who": who} if who else {})


def check_log(log: EventLog, spec: MatchSpec) -> None:
    """Check that what a log holds, if anything, is a match of this spec.

    Raises:
        LogError: it is not.
    """
    if log.events and (log.events[0].kind != "match" or _begun(log.events[0]) != spec):
        raise LogError(f"{log.path.with_name('spec.json')} is not the spec that this run's log began with")


def match_data(spec: MatchSpec) -> dict[str, JsonValue]:
    """What the first event of a match holds."""
    return {"spec": spec.model_dump(mode="json")}


def _begun(event: Event) -> MatchSpec | None:
    """The spec that a log began with: as a record, for one of an earlier version lacks the fields that came later."""
    try:
        return MatchSpec.model_validate_json(json.dumps(event.data.get("spec")))
    except ValidationError:
        return None


async def _play(
    run: RunFolder,
    spec: MatchSpec,
    log: EventLog,
    organism: Organism,
    brain: Brain,
    cache: Path,
    judges: Sequence[Judge],
    helper: Helper | None,
) -> Outcome:
    if not run.report.exists():
        granted = frozenset(spec.affordances)
        told, brought = handed(run) if spec.members else (spec.focus, ())
        bench = Workbench(
            organism, granted=granted, budget=spec.budget, log=log, seed=spec.seed, helper=helper, focus=told, brought=brought
        )
        found = await investigate(brain, bench, run.graph, context_tokens=context_tokens(spec.auditor))
        if found.report is None:
            return Outcome(kind="unscored", reason=found.ending or "no report")
        found.report.write(run.report)
    report = Report.read(run.report)
    if problem := check_report(report, log.events):
        return Outcome(kind="invalid", reason=problem)
    if not run.score.exists():
        try:
            (await score_report(report, load_truth(cache, spec.organism), log.events, judges)).write(run.score)
        except (OrganismError, UnjudgedError) as error:
            return Outcome(kind="unscored", reason=str(error))
    return Outcome(kind="scored")


def check_report(report: Report, events: list[Event]) -> str:
    """Why a report cannot be scored; empty if it can."""
    sealed = [event.data for event in events if event.kind == "report"]
    if not sealed or Report.model_validate(sealed[-1]) != report:
        return "report.json is not the report that the log holds"
    if report.objective_found and not report.root_cause.strip():
        return "an objective is claimed, but the root cause is blank"
    return ""


def note(log: EventLog, outcome: Outcome) -> None:
    """Log an outcome, once: a run killed between this and `done` does not repeat it."""
    if not _noted(log.events, (outcome.kind,)) or outcome.kind == "errored":
        log.append("outcome", json.loads(outcome.model_dump_json(exclude={"schema_version"})))


def note_error(log: EventLog, error: Exception) -> None:
    """Log that a match stopped with an error; it can go on."""
    note(log, Outcome(kind="errored", reason=reason_of(error)))


def _noted(events: list[Event], kinds: tuple[str, ...]) -> bool:
    return any(event.kind == "outcome" and event.data.get("kind") in kinds for event in events)


def reason_of(error: Exception) -> str:
    """An error in one line; a bug is named by its type too."""
    text = " ".join(str(error).split())
    return text if isinstance(error, BrainError | OrganismError) else f"{type(error).__name__}: {text}"
