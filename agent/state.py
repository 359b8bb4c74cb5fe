"""The graph's own state: plain JSON, small. What was said and done is in the event log alone."""

from collections.abc import Sequence
from typing import TypedDict

from transcripts import Event


class AuditState(TypedDict):
    """Where the loop stands."""

    turns: int
    """Turns that were decided."""
    nudges: int
    """How often a report was asked for in vain."""
    warned: float
    """Largest share of the budget that the brain was warned of."""
    reflected: int
    """Turn of the last reflection."""
    ending: str
    """Why the loop ended without a report; empty while it runs or when there is one."""


START = AuditState(turns=0, nudges=0, warned=0.0, reflected=0, ending="")


def made_up(events: Sequence[Event]) -> AuditState:
    """The state of a run that has a log but no checkpoint: as it was before the last turn of the log was decided.

    Going on from there, the loop finds that turn and what came of it in the log, and does only what is missing.
    """
    turns = [position for position, event in enumerate(events) if event.kind == "turn"]
    if not turns:
        return START
    said = [str(event.data["key"]).partition(" ") for event in events[: turns[-1]] if event.kind == "message"]
    return AuditState(
        turns=len(turns) - 1,
        nudges=sum(name == "submit" for name, _, _ in said),
        warned=max((float(value) for name, _, value in said if name == "budget"), default=0.0),
        reflected=max((int(value) for name, _, value in said if name == "reflect"), default=0),
        ending="",
    )
