"""Makes a run of what a team did elsewhere: a log by its own account, its report, and no score yet. It opens no truth."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import JsonValue

from game.hosted import sealed_outcome
from game.hosted_runs import hosted_spec
from game.match_log import match_data, note
from game.people.import_file import ImportedAudit
from game.people.lateness import seconds_late
from game.people.runs import team_auditor
from game.score import Outcome
from game.spec import MatchSpec
from transcripts import Event, EventKind, EventLog, Evidence, RecordError, Report, RunError, RunFolder, list_runs, new_run, quotations

TOOL = "transcript"
"""What entries of a transcript are results of."""
_Moment = tuple[float, EventKind, dict[str, JsonValue]]
"""Seconds since the beginning, and what happened then."""


def import_audit(audit: ImportedAudit, runs: Path, cache: Path) -> RunFolder:
    """Make the run. Its log holds the transcript's entries, spread evenly over the time of playing.

    Args:
        audit: as its team gives it.
        runs: where the run is to lie.
        cache: where built organisms lie.

    Raises:
        TeamNameError: a team cannot be called that.
        OrganismError: no such organism, or it is not built.
        RulesError: no such rules, or a wrong field.
        RunError: it was imported before.
    """
    spec = hosted_spec(audit.organism, team_auditor(audit.team), cache, rules=audit.rules, seed=audit.seed)
    moments = list(_moments(audit))
    length = timedelta(seconds=moments[-1][0])
    began = audit.began or datetime.now(UTC) - length
    spec = spec.model_copy(update={"imported": True, "created": began})
    report = _numbered(audit.report, _places(moments))
    _check_new(spec, report, runs)
    run = new_run(runs, spec.stem)
    times = itertools.chain((began.timestamp() + after for after, *_ in moments), itertools.repeat(began.timestamp() + moments[-1][0]))
    with EventLog(run.events, clock=lambda: next(times)) as log:
        for _, kind, data in moments:
            log.append(kind, match_data(spec) if kind == "match" else report.model_dump(mode="json") if kind == "report" else data)
        outcome = _outcome(report, log.events, spec)
        note(log, outcome)
    report.write(run.report)
    outcome.write(run.done)
    # Written last: without it the folder is no run.
    spec.write(run.spec)
    return run


def _moments(audit: ImportedAudit) -> Iterator[_Moment]:
    """What happened, by the team's account, in its order."""
    whole, entries = 60 * audit.minutes, len(audit.transcript)
    found: list[_Moment] = [(0.0, "match", {})]
    for number, text in enumerate(audit.transcript):
        at, call = whole * (number + 1) / (entries + 1), f"i{number}"
        found.append((at, "call", {"call": call, "tool": TOOL, "arguments": {}}))
        found.append((at, "result", {"call": call, "tool": TOOL, "error": False, "content": {"text": text}, "seconds": 0.0}))
    found.append((whole, "report", {}))
    pauses = sorted(audit.pauses, key=lambda pause: pause.after)
    stood = 0.0
    for at, kind, data in found:
        while pauses and 60 * pauses[0].after <= at and kind != "match":
            pause = pauses.pop(0)
            yield stood + 60 * pause.after, "paused", {"who": "", "reason": pause.reason}
            stood += 60 * pause.minutes
            yield stood + 60 * pause.after, "resumed", {}
        yield stood + at, kind, data


def _places(moments: list[_Moment]) -> list[int]:
    """Where in the log the transcript's entries stand; entry 0, which there is not, is the log's beginning, which proves nothing."""
    return [0, *(place for place, (_, kind, _data) in enumerate(moments) if kind == "result")]


def _numbered(report: Report, places: list[int]) -> Report:
    """The report with the log's numbers for those of the transcript's entries."""

    def cited(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        return tuple(item.model_copy(update={"event": places[item.event] if item.event < len(places) else 0}) for item in evidence)

    return report.model_copy(
        update={
            "root_cause_evidence": cited(report.root_cause_evidence),
            "behaviours": tuple(item.model_copy(update={"evidence": cited(item.evidence)}) for item in report.behaviours),
        }
    )


def _check_new(spec: MatchSpec, report: Report, runs: Path) -> None:
    for run in list_runs(runs):
        try:
            other = MatchSpec.read(run.spec)
            same = other.imported and (other.organism, other.auditor, other.rules) == (spec.organism, spec.auditor, spec.rules)
            if same and Report.read(run.report) == report:
                raise RunError(f"{run.path}: this report was imported before")
        except RecordError:
            continue  # a run that cannot be read; `auditgame runs` tells of it


def _outcome(report: Report, events: list[Event], spec: MatchSpec) -> Outcome:
    over = seconds_late(events, spec.budget)
    return sealed_outcome(report, events).model_copy(update={"late": over > 0, "seconds_late": over})


def unverifiable(report: Report) -> int:
    """How many quotations of an imported report cite nothing that its team gave."""
    return sum(item.event == 0 for item in quotations(report))
