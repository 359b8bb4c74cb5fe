"""The auditor's hypotheses and notes. People and agents keep the same; it is rebuilt from the log, never stored apart."""

from collections.abc import Iterable
from itertools import pairwise

from pydantic import Field

from transcripts import Event, Record


class Hypothesis(Record):
    """A guess about the organism under test."""

    id: str
    statement: str
    predictions: tuple[str, ...] = ()
    """What should be seen if it is true."""
    probability: float = Field(ge=0, le=1)
    evidence_for: tuple[int, ...] = ()
    """Events that speak for it."""
    evidence_against: tuple[int, ...] = ()
    """Events that speak against it."""
    status: str = "open"
    """`open` or `dropped`."""


class Ledger:
    """Hypotheses by id, and notes in their order."""

    def __init__(self) -> None:
        self.hypotheses: dict[str, Hypothesis] = {}
        self.notes: list[str] = []

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> "Ledger":
        """The ledger as a log left it.

        A change stands directly before the result of its call. Where a kill came between the two the call runs again,
        so the first change does not count.
        """
        ledger = cls()
        for event, following in pairwise(events):
            if following.kind != "result":
                continue
            if event.kind == "hypothesis":
                ledger.put(Hypothesis.model_validate(event.data))
            elif event.kind == "note":
                ledger.notes.append(str(event.data["text"]))
        return ledger

    def put(self, hypothesis: Hypothesis) -> None:
        """Add or replace a hypothesis."""
        self.hypotheses[hypothesis.id] = hypothesis

    def next_id(self) -> str:
        """An id that is not taken."""
        return f"h{len(self.hypotheses) + 1}"

    def render(self) -> str:
        """The ledger as a brain reads it."""
        # One line each, whatever a statement quotes: no other hypothesis can be forged within it.
        lines = [
            f"- {h.id} p={h.probability:.2f} {h.status}: {' '.join(h.statement.split())} "
            f"(for: {list(h.evidence_for)}, against: {list(h.evidence_against)})"
            for h in self.hypotheses.values()
        ]
        return "\n".join(lines) or "(no hypothesis yet)"
