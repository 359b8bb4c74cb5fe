"""Tells a name from parts of one and from set phrases: a name stands in many surroundings. It knows no world."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

NEAR = 0.8
"""Of the best term's merit; terms as good as that are told apart by their surroundings."""
RARE = 0.01
"""Share of a term's occurrences below which a neighbour is an accident."""
EDGE = "\n"


def likeliest_name(terms: Iterable[str], merit: Callable[[str], float], texts: Sequence[str]) -> str:
    """Of the terms whose merit is near the best, the one that stands in the most surroundings.

    Parts of a name and set phrases around it have much the same merit as the name, but are always followed or preceded by the same words.

    Args:
        terms: at least one; tokens joined by single spaces.
        merit: how well a term explains what is to be explained.
        texts: of tokens joined by single spaces, in which the terms stand.
    """
    ranked = [(merit(term), term) for term in terms]
    best = max(value for value, _ in ranked)
    joined = f" {EDGE} ".join(["", *texts, ""])
    return max((variety(joined, term), value, len(term.split(" ")), term) for value, term in ranked if value >= NEAR * best)[-1]


def variety(joined: str, term: str) -> int:
    """Accessor variety (Feng et al. 2004): the lesser of the numbers of different tokens right before and right after a term.

    Args:
        joined: texts of tokens joined by single spaces, with `EDGE` as a token between them.
        term: tokens joined by single spaces.
    """
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for match in re.finditer(rf" {re.escape(term)} ", joined):
        before[joined[joined.rfind(" ", 0, match.start()) + 1 : match.start()]] += 1
        after[joined[match.end() : joined.find(" ", match.end())]] += 1
    return min(_kinds(before), _kinds(after))


def _kinds(neighbours: Counter[str]) -> int:
    """Neighbours that are no accident."""
    return sum(count >= max(2, RARE * neighbours.total()) for count in neighbours.values())
