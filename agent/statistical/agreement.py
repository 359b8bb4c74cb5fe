"""Which of several auditors' claims are the same? Told by the words they share that other claims do not have; it knows no language."""

import math
from collections import Counter
from collections.abc import Sequence

from tools import has_letter, words

ALIKE = 0.2
"""Weight of the words that two claims share, of all the words they have, from which on they are one claim."""


def groups(claims: Sequence[Sequence[str]], *, common: float = 1.0) -> list[list[tuple[int, int]]]:
    """Claims that say the same, each as (author, position); an author has one claim in a group at most.

    Greedy: the two claims of different authors that are most alike are joined first, and groups by their closest pair.

    Args:
        claims: of each author.
        common: claims that are thought to be there beside these when rarity is counted: with 0 a word that all of them have weighs
            nothing, as is right where claims are worded alike and differ in a name.
    """
    places = [(author, position) for author, texts in enumerate(claims) for position in range(len(texts))]
    tokens = [telling(claims[author][position]) for author, position in places]
    weight = rarity(tokens, common)
    pairs = sorted(
        (
            (alike(tokens[one], tokens[two], weight), one, two)
            for one in range(len(places))
            for two in range(one + 1, len(places))
            if places[one][0] != places[two][0]
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    group = {index: [index] for index in range(len(places))}
    for likeness, one, two in pairs:
        if likeness < ALIKE:
            break
        joined = [*group[one], *group[two]]
        if group[one] is not group[two] and len({places[index][0] for index in joined}) == len(joined):
            group |= dict.fromkeys(joined, joined)
    seen = {id(members): members for members in group.values()}
    return [sorted(places[index] for index in members) for members in seen.values()]


def telling(text: str) -> frozenset[str]:
    """The words of a text, without numbers and marks that stand in any."""
    return frozenset(word.lower() for word in words(text) if has_letter(word))


def rarity(texts: Sequence[frozenset[str]], common: float) -> dict[str, float]:
    """The weight of each word: the rarer in these texts, the greater."""
    counts = Counter(word for text in texts for word in text)
    return {word: math.log((common + len(texts)) / count) for word, count in counts.items()}


def alike(one: frozenset[str], two: frozenset[str], weight: dict[str, float]) -> float:
    """The weight of the words that both have, of all that either has."""
    if one == two:
        return 1.0
    whole = sum(weight[word] for word in one | two)
    return sum(weight[word] for word in one & two) / whole if whole else 0.0
