"""What a tool works on: the organism behind the granted affordances, the auditor's ledger, and the meter of one call."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import JsonValue

from tools.affordances import Affordance
from tools.helper import Helper, HelperText
from tools.ledger import Ledger
from transcripts import Event, EventKind, EventLog, Record, Report

if TYPE_CHECKING:
    from organism import Continuation, Organism, TextModel

Subject = Literal["organism", "reference"]
"""Which model a question goes to."""


Examine = Callable[[Report], dict[str, JsonValue] | None]
"""What sends a report back, as data for its author; None if the report can stand."""


class ToolError(ValueError):
    """A failure that the auditor can mend; the message says how. It comes back as an error result and the audit goes on."""


class UsedUpError(ToolError):
    """A limit of the budget is reached.

    Args:
        limit: its name.
        message: says what is still taken.
    """

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit


class AuditOverError(RuntimeError):
    """The audit takes no call any more; the message is for the auditor. Nothing is logged of it."""


@dataclass
class Meter:
    """What one call used."""

    read_tokens: int = 0
    generated_tokens: int = 0
    helper_tokens: int = 0
    """Read and written by the helper model."""
    helper_output_tokens: int = 0
    """Those of them that it wrote."""
    helper_calls: int = 0
    """Requests to it."""
    helper_dollars: float | None = 0.0
    """Their price; null where the helper's model has none."""

    def count(self, continuations: "Sequence[Continuation]") -> None:
        """Add what continuations cost."""
        self.read_tokens += sum(item.read_tokens for item in continuations)
        self.generated_tokens += sum(item.new_tokens for item in continuations)

    def count_helper(self, found: HelperText) -> None:
        """Add what a text of the helper cost."""
        self.helper_tokens += found.usage.all_tokens
        self.helper_output_tokens += found.usage.output_tokens
        self.helper_calls += 1
        self.helper_dollars = None if self.helper_dollars is None or found.dollars is None else self.helper_dollars + found.dollars


@dataclass
class ToolContext:
    """One call's view of the match."""

    organism: "Organism"
    granted: frozenset[Affordance]
    ledger: Ledger
    log: EventLog
    seed: int
    """Of the match and this call: the same call in the same match draws the same."""
    meter: Meter = field(default_factory=Meter)
    helper: Helper | None = None
    """Writes and judges for tools that need a language model; None where the match has none."""
    examine: Examine | None = None
    """Looks at a report before it stands; None: every report stands."""

    def model(self, subject: Subject) -> "TextModel":
        """The organism's model, or the reference where the rules grant it.

        Raises:
            ToolError: the reference is not granted.
        """
        if subject == "organism":
            return self.organism.model
        self.require(Affordance.REFERENCE, "subject='reference'")
        return self.organism.reference

    def require(self, affordance: Affordance, what: str) -> None:
        """Check an affordance that only some arguments of a tool need.

        Raises:
            ToolError: it is not granted.
        """
        if affordance not in self.granted:
            raise ToolError(f"{what} needs the affordance {affordance.value!r}, which the rules or the organism of this match do not grant")

    async def ask_helper(self, helper: Helper, system: str, prompt: str, *, max_tokens: int) -> str:
        """What the helper model says, metered."""
        found = await helper.write(system, prompt, max_tokens=max_tokens)
        self.meter.count_helper(found)
        return found.text

    def seeds(self, count: int) -> list[int]:
        """Seeds for that many samples."""
        return [int(value) for value in np.random.default_rng(self.seed).integers(2**31, size=count)]

    def record(self, kind: EventKind, data: Record) -> Event:
        """Log a change of the auditor's own mind."""
        return self.log.append(kind, data.model_dump(mode="json"))


def call_seed(match_seed: int, call_id: str) -> int:
    """The seed of one call."""
    return int.from_bytes(hashlib.sha256(f"{match_seed}/{call_id}".encode()).digest()[:6], "big")
