"""What a match writes in its log about itself: that it begins or goes on, and how it ends. It opens no truth, and plays nothing."""

import json
from collections.abc import Callable

from pydantic import JsonValue, ValidationError

from agent import BrainError
from game.score import Outcome
from game.spec import MatchSpec
from organism import OrganismError
from transcripts import Event, EventLog, LogError, Report

Listener = Callable[[Event], None]


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
