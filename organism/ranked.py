"""The best rows of a search in an order that does not depend on how many are asked for. It knows neither the search nor the rows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 100
"""Rows asked for at least."""
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
    """The best rows, equally good ones in the order of their numbers.

    Which of equally good rows an engine gives depends on the limit. So more is asked for until the last of the wanted ones is better than
    the last of those that came, or nothing more comes: pages cut from the result neither overlap nor leave out.

    Args:
        fetch: the best rows up to a limit, in any order; fewer than the limit only if there are no more.
        wanted: rows; fewer come if there are no more.
    """
    limit = max(BLOCK, 2 * wanted)
    while True:
        found = fetch(limit)
        scores = np.asarray(np.round(found.scores, DIGITS), dtype=np.float64)
        order = np.lexsort((found.rows, -scores))
        ranked = Ranked(found.rows, scores).take(order)
        if len(ranked) < limit or (ranked.scores > ranked.scores[-1]).sum() >= wanted:
            return ranked.take(slice(wanted))
        limit *= 4
