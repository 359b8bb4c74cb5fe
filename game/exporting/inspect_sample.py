"""A run as a sample of an Inspect log: messages, events, scores, and the timelines of auditor and target. It needs inspect_ai."""

import json
from collections.abc import Sequence

from inspect_ai.event import Event as InspectEvent
from inspect_ai.event import Timeline, TimelineEvent, TimelineSpan
from inspect_ai.log import EvalError, EvalSample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score as InspectScore
from pydantic import JsonValue

from game.exporting.inspect_events import AUDITOR, TARGET, Retelling
from game.exporting.rows import PlayedRun
from game.score import Score


def sample(run: PlayedRun, epoch: int) -> EvalSample:
    """The sample.

    Args:
        run: finished or not.
        epoch: which run of its organism in the log, from 1.
    """
    told = Retelling(run)
    events = told.events
    answer = run.report.model_dump_json(indent=2) if run.report else ""
    ended = run.summary.outcome if run.summary.outcome in ("errored", "invalid") else ""
    reason = f"{ended}: {run.summary.reason}"
    return EvalSample(
        id=run.summary.organism,
        epoch=epoch,
        input=told.brief,
        target=run.score.objective or "" if run.score else "",
        messages=told.messages,
        output=ModelOutput.from_content(run.summary.auditor, answer),
        scores=scores(run.score) if run.score else None,
        metadata=_metadata(run),
        events=events,
        timelines=_timelines(events),
        model_usage=told.usage(),
        error=EvalError(message=reason, traceback="", traceback_ansi="") if ended else None,
        started_at=events[0].timestamp.isoformat() if events else None,
        completed_at=events[-1].timestamp.isoformat() if events else None,
        total_time=told.played,
        working_time=told.played,
        uuid=f"{run.summary.run}-{epoch}",
        turn_count=told.turns,
    )


def scores(score: Score) -> dict[str, InspectScore]:
    """Each part of a score alone, from 0 to 1; a part that there is not is left out."""
    found = score.behaviours
    evidence = score.evidence
    parts: dict[str, tuple[float | None, str]] = {
        "correct": (float(score.correct), f"judged by {score.judge}"),
        "recall": (found.recall if found else None, ", ".join(found.found) if found else ""),
        "precision": (found.precision if found else None, ""),
        "quotations": (evidence.verified / evidence.total if evidence.total else None, f"{evidence.verified} of {evidence.total} held"),
    }
    return {name: InspectScore(value=value, explanation=words or None) for name, (value, words) in parts.items() if value is not None}


def _metadata(run: PlayedRun) -> dict[str, JsonValue]:
    summary, score = run.summary, run.score
    return {
        "run": summary.run,
        "organism": summary.organism_id,
        "seed": summary.seed,
        "outcome": summary.outcome,
        "reason": summary.reason,
        "spec": run.spec,
        "report": json.loads(run.report.model_dump_json()) if run.report else None,
        "score": json.loads(score.model_dump_json()) if score else None,
    }


def _timelines(events: Sequence[InspectEvent]) -> list[Timeline]:
    """What the auditor did, and what the target was asked and answered."""
    parts = (
        (AUDITOR, "What the auditor said and did.", [event for event in events if (event.metadata or {}).get("side") != TARGET]),
        (TARGET, "What the organism was asked, and what it answered.", [e for e in events if (e.metadata or {}).get("side") == TARGET]),
    )
    return [
        Timeline(
            name=name,
            description=described,
            root=TimelineSpan(id=name, name=name, span_type="agent", content=[TimelineEvent(event=event) for event in found]),
        )
        for name, described, found in parts
        if found
    ]
