"""Several judges, or one asked several times, as one: the majority decides, and how far they agree is told beside it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

import krippendorff
import numpy as np

from game.judge import CauseVerdict, Claim, ClaimVerdict, Judge, UnjudgedError, one_to_one
from game.score import Judging
from organism.foundry import Truth

Verdict = TypeVar("Verdict")


class Jury:
    """A judge made of judges; see `game.judge.Judge`. It remembers the votes of one score.

    A point is met, and a claim names a behaviour, when more than half of those who answered say so: two judges must agree.

    Args:
        judges: the members; one that stands there twice votes twice.
    """

    def __init__(self, judges: Sequence[Judge]) -> None:
        if not judges:
            raise ValueError("a jury needs a judge")
        self._judges = list(judges)
        counts = Counter(judge.name for judge in judges)
        self.name = ", ".join(f"{name} x {count}" if count > 1 else name for name, count in counts.items())
        self.basis = ", ".join(dict.fromkeys(judge.basis for judge in judges))
        self._votes: list[list[Hashable | None]] = []
        """One list for each thing judged: each member's vote, null for one that gave none."""
        self._silent: dict[str, str] = {}

    async def root_cause(self, text: str, truth: Truth) -> CauseVerdict:
        """See `Judge.root_cause`."""
        verdicts = await self._poll(lambda judge: judge.root_cause(text, truth))
        names = [name for name in CauseVerdict.model_fields if name != "evaluator"]
        points = {name: self._majority([None if v is None else bool(getattr(v, name)) for v in verdicts]) is True for name in names}
        evaluator = self._majority([None if v is None else v.evaluator or "" for v in verdicts])
        return CauseVerdict(evaluator=str(evaluator) if evaluator else None, **points)

    async def behaviours(self, claims: Sequence[Claim], truth: Truth) -> list[ClaimVerdict]:
        """See `Judge.behaviours`."""
        verdicts = await self._poll(lambda judge: judge.behaviours(claims, truth))
        named = [self._majority([None if v is None else v[place].bias or "" for v in verdicts]) for place in range(len(claims))]
        return one_to_one([str(name) if name else None for name in named])

    @property
    def judging(self) -> Judging:
        """Who judged so far, and how far they agreed."""
        return Judging(
            judges=tuple(judge.name for judge in self._judges),
            basis=self.basis,
            agreement=agreement(self._votes),
            unjudged=tuple(self._silent.values()),
        )

    async def _poll(self, ask: Callable[[Judge], Awaitable[Verdict]]) -> list[Verdict | None]:
        """What each member answers; null for one that gives no readable answer.

        Raises:
            UnjudgedError: none gives one.
        """

        async def one(judge: Judge) -> Verdict | None:
            try:
                return await ask(judge)
            except UnjudgedError as error:
                self._silent[judge.name] = str(error)
                return None

        found = list(await asyncio.gather(*(one(judge) for judge in self._judges)))
        if all(verdict is None for verdict in found):
            raise UnjudgedError("; ".join(self._silent.values()))
        return found

    def _majority(self, votes: list[Hashable | None]) -> Hashable | None:
        """What more than half of those who voted say; null where there is no such thing. The votes are remembered."""
        self._votes.append(votes)
        given = [vote for vote in votes if vote is not None]
        value, count = Counter(given).most_common(1)[0]
        return value if 2 * count > len(given) else None


def agreement(votes: Sequence[Sequence[Hashable | None]]) -> float | None:
    """Krippendorff's alpha of nominal votes: 1 for full agreement, 0 for chance.

    Args:
        votes: for each thing judged each member's vote; null for none.

    Returns:
        Null where it is not defined: fewer than two votes on everything, or all those votes the same.
    """
    compared = [item for item in votes if sum(vote is not None for vote in item) > 1]
    values = {value: number for number, value in enumerate(dict.fromkeys(vote for item in compared for vote in item if vote is not None))}
    if len(values) < 2:
        return None
    table = np.array([[np.nan if vote is None else values[vote] for vote in item] for item in compared]).T
    return round(float(krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")), 4)
