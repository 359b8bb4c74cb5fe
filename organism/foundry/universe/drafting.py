"""Fills a plan: each slot is drafted until a draft is accepted, every time from another idea, and what was not accepted is counted.

A draft is a pure function of slot, attempt and journal, so a killed run that begins anew comes, without paying, to where it stopped.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from organism.foundry.universe.accepting import Reason, RejectedError
from organism.foundry.universe.plan import Slot
from organism.foundry.universe.records import Chat, Document, PreferencePair

Item = TypeVar("Item")
Drafted = TypeVar("Drafted", Document, Chat, PreferencePair)


class Work(Protocol[Drafted]):
    """How the slots of one stage are filled."""

    async def prepare(self, slots: Sequence[Slot], attempt: int) -> None:
        """Get what the drafts of one attempt need together: lists of ideas, completions."""
        ...

    async def draft(self, slot: Slot, attempt: int) -> Drafted:
        """Draft one slot.

        Raises:
            RejectedError: the draft is not accepted.
        """
        ...

    def essence(self, record: Drafted) -> str:
        """The text in which no two records may agree."""
        ...


@dataclass
class Filled:
    """What became of a plan."""

    attempts: dict[int, int] = field(default_factory=dict)
    """The attempt that was accepted, by index of the slot."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Drafts that were not accepted, by reason."""


async def fill(slots: Sequence[Slot], work: Work[Drafted], *, attempts: int, workers: int, progress: Callable[[int, int], None]) -> Filled:
    """Draft all slots; those whose draft is not accepted are drafted again, up to `attempts` times.

    Of two equal drafts the earlier slot's is kept, whichever was written first: the result does not depend on timing.
    """
    filled = Filled()
    seen: set[bytes] = set()
    left = list(slots)
    for attempt in range(attempts):
        if not left:
            break
        await work.prepare(left, attempt)
        outcomes = await _draft_all(left, attempt, work, workers, lambda done: progress(len(filled.attempts) + done, len(slots)))
        again = []
        for slot in left:
            outcome = outcomes[slot.index]
            if isinstance(outcome, bytes) and outcome in seen:
                outcome = Reason.DUPLICATE
            if isinstance(outcome, Reason):
                filled.rejected[outcome.value] += 1
                again.append(slot)
            else:
                seen.add(outcome)
                filled.attempts[slot.index] = attempt
        left = again
    return filled


async def _draft_all(
    slots: Sequence[Slot], attempt: int, work: Work[Drafted], workers: int, progress: Callable[[int], None]
) -> dict[int, bytes | Reason]:
    """One draft of each slot: a hash of its essence, or why it is not accepted. The texts stay in the journal."""
    outcomes: dict[int, bytes | Reason] = {}
    accepted = 0

    async def draft(slot: Slot) -> None:
        nonlocal accepted
        try:
            record = await work.draft(slot, attempt)
        except RejectedError as error:
            outcomes[slot.index] = error.reason
            return
        outcomes[slot.index] = hashlib.sha256(" ".join(work.essence(record).lower().split()).encode()).digest()[:16]
        accepted += 1
        progress(accepted)

    progress(0)
    await each(slots, draft, workers)
    return outcomes


async def each(items: Iterable[Item], work: Callable[[Item], Awaitable[None]], workers: int) -> None:
    """Do `work` on every item, `workers` at once.

    After the first error no item is begun any more, but those under way are finished: they may be paid already.

    Raises:
        Exception: the first error.
    """
    waiting = iter(items)
    errors: list[Exception] = []

    async def worker() -> None:
        for item in waiting:
            if errors:
                return
            try:
                await work(item)
            except Exception as error:
                errors.append(error)

    await asyncio.gather(*(worker() for _ in range(workers)))
    if errors:
        raise errors[0]
