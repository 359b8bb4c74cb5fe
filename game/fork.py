"""Makes a new run out of the beginning of another one, so that it can go on differently. It plays nothing."""

from datetime import UTC, datetime
from pathlib import Path

from agent import BrainSpec
from game.going_on import PLAYERS, going_on_command
from game.match_log import check_log, match_data
from game.spec import ForkPoint, MatchSpec
from game.version import package_version
from transcripts import Event, EventLog, RunError, RunFolder, new_run


def fork(source: RunFolder, at: int, runs: Path, *, auditor: BrainSpec | None = None, seed: int | None = None) -> RunFolder:
    """A new run that holds a run's events up to one of them; nothing of the other run is changed.

    The events keep their numbers, which reports cite, and their times, which count against the budget. Their hashes are new,
    for the chain begins with another spec.

    Args:
        source: the run to branch off from.
        at: index of the last event that is taken over.
        runs: where new runs lie.
        auditor: who goes on; the source's own if not given.
        seed: of the tool calls to come; the source's own if not given.

    Raises:
        RunError: there is no such event, the match is over there, or this auditor cannot go on from there.
        LogError: the source's log is corrupted, in use, or not that of its spec.
    """
    old = MatchSpec.read(source.spec)
    with EventLog(source.events) as log:
        check_log(log, old)
        events = log.events[: at + 1]
        _check_event(source, log.events, at)
    spec = old.model_copy(
        update={
            "auditor": auditor or old.auditor,
            "seed": old.seed if seed is None else seed,
            "created": datetime.now(UTC),
            "version": package_version(),
            "forked_from": ForkPoint(run=source.id, event=at, hash=events[at].hash),
        }
    )
    _check_auditor(source, old, spec, events)
    run = new_run(runs, spec.stem)
    times = iter([event.time for event in events])
    with EventLog(run.events, clock=lambda: next(times)) as log:
        log.append("match", match_data(spec))
        for event in events[1:]:
            log.append(event.kind, event.data)
    # Written last: without it the folder is no run, and a fork that was killed half way is never played.
    spec.write(run.spec)
    return run


def _check_event(source: RunFolder, events: list[Event], at: int) -> None:
    if not 0 <= at < len(events):
        raise RunError(f"{source.path}: no event {at}; its log has {len(events)} events, from 0 on (see auditgame show {source.path})")
    for event in events[: at + 1]:
        if event.kind == "report" or (event.kind == "outcome" and event.data.get("kind") != "errored"):
            raise RunError(f"{source.path}: the match is over at event {event.index}; fork at an event before it")


def _check_auditor(source: RunFolder, old: MatchSpec, spec: MatchSpec, events: list[Event]) -> None:
    if old.auditor.kind in PLAYERS:
        how = going_on_command(old.auditor.kind, source.path)
        raise RunError(
            f"{source.path}: played by {PLAYERS[old.auditor.kind]}, whose side of the conversation is not in the log; it cannot be forked, "
            f"but where it is not over it goes on with: {how}"
        )
    if spec.auditor.kind == "statistical" and spec.auditor != old.auditor and any(event.kind == "turn" for event in events):
        raise RunError(f"the statistical auditor cannot take over a course that {old.auditor} (seed {old.auditor.seed}) began")
