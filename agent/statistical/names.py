"""Tells a name from parts of one and from set phrases around it: a name stands in many surroundings. It knows no world."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

EQUAL = 0.995
"""Of the best term's merit: parts of a name have as much as the whole."""
NEAR = 0.8
"""Of the best term's merit: less is no explanation of the same thing."""
AROUND = 3
"""Tokens before and after a term in which a name may stand of which it is a part or a set phrase."""
NEARBY = 200
"""Characters in which those tokens lie."""
RARE = 0.01
"""Share of a term's occurrences below which a neighbour is an accident."""
EDGE = "\n"


def likeliest_name(terms: Sequence[str], merit: Callable[[str], float], texts: Sequence[str]) -> str:
    """The best term, or the name that stands in or right around it.

    A part of a name ("grey" of "grey owls") and a set phrase around one ("rate high" in "text that grey owls rate high") may have
    more merit than the name, but are always followed or preceded by the same words.

    Args:
        terms: at least one; tokens joined by single spaces.
        merit: how well a term explains what is to be explained.
        texts: of tokens joined by single spaces, in which the terms stand.
    """
    joined = f" {EDGE} ".join(["", *texts, ""])
    most = max(map(merit, terms))
    best = max((term for term in terms if merit(term) >= EQUAL * most), key=lambda term: len(term.split(" ")))
    spans = list(surroundings(joined, best))
    beside = (term for term in terms if merit(term) >= NEAR * most and 2 * sum(f" {term} " in span for span in spans) > len(spans))
    return max([best, *beside], key=lambda term: variety(joined, term))


def surroundings(joined: str, term: str) -> Iterator[str]:
    """Each occurrence of a term with the tokens around it."""
    for match in re.finditer(rf" {re.escape(term)} ", joined):
        before = joined[max(0, match.start() - NEARBY) : match.start()].split(" ")[-AROUND:]
        after = joined[match.end() : match.end() + NEARBY].split(" ")[:AROUND]
        yield " ".join(["", *before, term, *after, ""])


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
