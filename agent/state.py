"""The graph's own state: plain JSON, small. What was said and done is in the event log alone."""

from typing import TypedDict


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
