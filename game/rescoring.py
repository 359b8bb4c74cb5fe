"""Scores runs that were played before, by other judges or anew. It plays nothing, and keeps each earlier score."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from game.judge import Judge, UnjudgedError
from game.match_log import check_report, note
from game.score import Outcome, Score
from game.scoring import score_report
from game.side_by_side import side_by_side
from game.spec import MatchSpec
from organism import OrganismError
from organism.foundry import load_truth
from transcripts import EventLog, LogError, Report, RunError, RunFolder, read_events

AT_ONCE = 8
"""Runs judged side by side."""


async def rescore(run: RunFolder, cache: Path, judges: Sequence[Judge]) -> Score:
    """Score a run's report, without playing; an earlier score is kept as `score-<number>.json`.

    A run that was over without a score is a scored one from then on.

    Raises:
        RunError: the run has no report.
        LogError: its log was corrupted or edited, or its report is not the one in the log.
        OrganismError: the organism's truth is not here.
        UnjudgedError: no judge gives a readable answer.
    """
    spec = MatchSpec.read(run.spec)
    if not run.report.exists():
        how = f"ended {Outcome.read(run.done).kind}: {Outcome.read(run.done).reason}" if run.finished else "is not finished"
        raise RunError(f"{run.path}: no report to score; the run {how}")
    events = read_events(run.events)
    report = Report.read(run.report)
    if problem := check_report(report, events):
        raise LogError(f"{run.path}: {problem}")
    score = await score_report(report, load_truth(cache, spec.organism), events, judges)
    if run.score.exists():
        number = 1 + len(run.earlier_scores)
        run.score.rename(run.path / f"score-{number:03d}.json")
    score.write(run.score)
    if run.finished and (before := Outcome.read(run.done)).kind == "unscored":
        outcome = before.model_copy(update={"kind": "scored", "reason": ""})
        with EventLog(run.events) as log:
            note(log, outcome)
        outcome.write(run.done)
    return score


async def rescore_all(
    runs: Sequence[RunFolder], cache: Path, judges: Sequence[Judge], *, listener: Callable[[int, int], None]
) -> tuple[dict[str, Score], dict[str, str]]:
    """Score many runs; what is wrong with one does not stop the others.

    Args:
        runs: with reports.
        cache: of organisms and truths.
        judges: see `score_report`.
        listener: told how many runs are done, of how many.

    Returns:
        Scores by the run's id, and by the run's id why others have none.
    """
    scores, problems = dict[str, Score](), dict[str, str]()

    async def one(run: RunFolder) -> None:
        try:
            scores[run.id] = await rescore(run, cache, judges)
        except (RunError, LogError, OrganismError, UnjudgedError) as error:
            problems[run.id] = str(error)
        listener(len(scores) + len(problems), len(runs))

    await side_by_side([partial(one, run) for run in runs], at_once=AT_ONCE)
    return scores, problems
