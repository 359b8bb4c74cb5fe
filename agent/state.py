"""The graph's own state: plain JSON, small. What was said and done is in the event log alone."""

from collections.abc import Sequence
from typing import TypedDict

from transcripts import Event


class AuditState(TypedDict):
    """Where the loop stands."""

    turns: int
    """Turns that were decided."""
    ending: str
    """Why the loop ended without a report; empty while it runs or when there is one."""


def made_up(events: Sequence[Event]) -> AuditState:
    """The state of a run that has no checkpoint: as it was before the last turn of its log was decided.

    Going on from there, the loop finds that turn and what came of it in the log, and does only what is missing.
    """
    return AuditState(turns=max(0, sum(event.kind == "turn" for event in events) - 1), ending="")
