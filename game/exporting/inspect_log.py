"""Runs as logs of Inspect, written by inspect_ai itself: one log for each auditor under the same rules, one sample a run."""

import hashlib
import importlib.util
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from game.exporting.rows import PlayedRun

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample, EvalScore

TASK = "auditgame"
SCORER = "auditgame"


class InspectMissingError(ImportError):
    """inspect_ai is not installed; the message says how to install it."""


def write_inspect(runs: Iterable[PlayedRun], folder: Path) -> list[Path]:
    """Write the logs; `inspect log list --log-dir FOLDER` lists them.

    Raises:
        InspectMissingError: inspect_ai is not installed.
    """
    if importlib.util.find_spec("inspect_ai") is None:
        raise InspectMissingError("Inspect logs are written by inspect_ai, which is not installed: pip install 'auditgame[inspect]'")
    from inspect_ai.log import write_eval_log

    folder.mkdir(parents=True, exist_ok=True)
    groups: dict[tuple[str, str], list[PlayedRun]] = {}
    for run in runs:
        groups.setdefault((run.summary.auditor, run.summary.rules), []).append(run)
    paths = []
    for (auditor, rules), played in groups.items():
        log = _log(auditor, rules, played)
        # The pattern of Inspect's own names: its viewer reads time, task and id from them.
        path = folder / f"{log.eval.created.replace(':', '-')}_{TASK}-{rules}_{log.eval.task_id}.eval"
        write_eval_log(log, path)
        paths.append(path)
    return paths


def _log(auditor: str, rules: str, runs: Sequence[PlayedRun]) -> "EvalLog":
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalResults, EvalSpec, EvalStats

    from game.exporting.inspect_sample import sample

    epochs: Counter[str] = Counter()
    samples: list[EvalSample] = []
    for run in runs:
        epochs[run.summary.organism] += 1
        samples.append(sample(run, epochs[run.summary.organism]))
    # Exported again, the same runs have the same ids.
    identity = hashlib.sha256("\n".join([auditor, rules, *(run.summary.run for run in runs)]).encode()).hexdigest()[:22]
    moments = [event.time for run in runs for event in run.events] or [0.0]
    spec = EvalSpec(
        eval_id=identity,
        run_id=identity,
        task_id=identity,
        created=moment(min(moments)),
        task=f"{TASK}/{rules}",
        task_args={"rules": rules},
        dataset=EvalDataset(name="organisms", samples=len(epochs), sample_ids=list(epochs)),
        model=auditor,
        config=EvalConfig(epochs=max(epochs.values())),
    )
    scored = [found for found in samples if found.scores]
    return EvalLog(
        status="success",
        eval=spec,
        results=EvalResults(total_samples=len(samples), completed_samples=len(scored), scores=_means(scored, len(samples))),
        stats=EvalStats(started_at=moment(min(moments)), completed_at=moment(max(moments))),
        samples=samples,
    )


def _means(scored: "Sequence[EvalSample]", count: int) -> "list[EvalScore]":
    """The mean of each score over the samples that have it."""
    from inspect_ai.log import EvalMetric, EvalScore

    names = dict.fromkeys(name for found in scored for name in found.scores or {})
    means = []
    for name in names:
        values = [float(str(found.scores[name].value)) for found in scored if found.scores and name in found.scores]
        mean = EvalMetric(name="mean", value=sum(values) / len(values))
        means.append(
            EvalScore(name=name, scorer=SCORER, scored_samples=len(values), unscored_samples=count - len(values), metrics={"mean": mean})
        )
    return means


def moment(seconds: float) -> str:
    """A time of the log, as Inspect writes them."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
