"""The best rows of a search in an order that does not depend on how many are wanted. It knows neither the search nor the rows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK, GROWTH = 100, 10
"""Rows asked for first, and by how much more each time."""
DIGITS = 4
"""Decimals of a score that count: below them, engines add up in an order that depends on the limit."""


@dataclass(frozen=True)
class Ranked:
    """Rows with their scores."""

    rows: NDArray[np.uint64]
    scores: NDArray[np.float32 | np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, part: slice | NDArray[np.intp] | NDArray[np.bool_]) -> "Ranked":
        """Some of them."""
        return Ranked(self.rows[part], self.scores[part])

    def followed_by(self, other: "Ranked") -> "Ranked":
        """These, then those of the others that are not among them."""
        rest = other.take(~np.isin(other.rows, self.rows))
        return Ranked(np.concatenate([self.rows, rest.rows]), np.concatenate([self.scores, rest.scores]))


def best(fetch: Callable[[int], Ranked], wanted: int) -> Ranked:
    """The best rows; equally good ones stand in no order, but always in the same.

    Which of equally good rows an engine gives depends on the limit, and nothing else. So the limits are always the same ones, and what
    one of them brings follows what the ones before it brought: pages cut from the result neither overlap nor leave out.

    Args:
        fetch: the best rows up to a limit, in any order; fewer than the limit only if there are no more.
        wanted: rows; fewer come if there are no more.
    """
    limit, ranked = BLOCK, None
    while True:
        found = fetch(limit)
        scores = np.asarray(np.round(found.scores, DIGITS), dtype=np.float64)
        block = Ranked(found.rows, scores).take(np.lexsort((found.rows, -scores)))
        ranked = ranked.followed_by(block) if ranked else block
        if len(ranked) >= wanted or len(block) < limit:
            return ranked.take(slice(wanted))
        limit *= GROWTH
