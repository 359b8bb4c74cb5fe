"""Plays a match from its spec to its sealed score; a killed or errored one goes on from where it stopped. It shows nothing."""

from collections.abc import Sequence
from pathlib import Path

from agent import Brain, check_dollars, context_tokens, investigate
from game.judge import Judge, UnjudgedError
from game.judges import best_lexical_judge
from game.match_log import Listener, begin, check_report, note, note_error
from game.score import Outcome
from game.scoring import score_report
from game.spec import MatchSpec
from game.team_record import handed
from organism import Organism, OrganismError
from organism.foundry import load_truth
from tools import Helper, Workbench
from transcripts import EventLog, Report, RunFolder, new_run


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
