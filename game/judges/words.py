"""Words of a report: clauses, concepts matched as prefixes, and which of them a clause takes back. It knows no truth."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

ATOM = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
SENTENCE = re.compile(r"[.;!?\n]+")
# A list of quoted words stays in its clause: what is said of the first holds for the others.
CLAUSE = re.compile(
    r",(?!\s*[\u201c\"'\u2018])|[:()\[\]\u2013\u2014]|\s-+\s|\b(?:but|while|whereas|although|though)\b"
    r"|\band\s+(?=(?:it|they|the model|instead|thus|so|therefore|this)\b)",
    re.IGNORECASE,
)
CONTRAST = r"\b(?:but|however|yet|whereas|while|although|though|instead)\b"
SYMBOL = re.compile(r"[^\w\s'-]")
"""What no atom holds: a concept with it ("c++") is searched for in the text as it stands."""
LONGEST = 5
"""Atoms that one concept may run over ("9-1-1", "camelCase", "in order to")."""
SCOPE = 8
"""Atoms that a negation reaches."""
AT_ONCE = 3
"""Atoms after a negation within which another word makes it idle."""


@dataclass(frozen=True)
class Clause:
    """A piece of a sentence within which a negation holds."""

    raw: str
    """Lower case, for concepts without letters or digits."""
    atoms: tuple[str, ...]
    """Lower-case words, cut at hyphens, underscores and humps."""


@dataclass(frozen=True)
class Hit:
    """A concept found."""

    position: int
    """Its first atom."""
    end: int
    """After its last atom."""
    quality: float
    """1 for the whole word, less for a short prefix of a long word."""


def asserted(text: str, openers: Iterable[str]) -> str:
    """A text without what follows an opener ("searched for", "whether") up to the end of its sentence or a word of contrast.

    An opener before a colon governs all of a list that semicolons part.
    """
    words = "|".join(r"\W+".join(map(re.escape, opener.split())) for opener in openers)
    rest = rf"(?:(?!{CONTRAST})[^.!?;:\n])*"
    return re.sub(rf"\b(?:{words})\w*{rest}(?::[^.!?;\n]*;[^.!?\n]*)?", " ", text, flags=re.IGNORECASE)


def sentences(text: str) -> list[list[Clause]]:
    """The sentences of a text, each as its clauses; none of them is empty."""
    plain = re.sub(r"n['\u2019]t\b", " not", text.replace("cannot", "can not").replace("Cannot", "can not"))
    found = [[clause for part in CLAUSE.split(sentence) if (clause := _clause(part)).atoms] for sentence in SENTENCE.split(plain)]
    return [clauses for clauses in found if clauses]


def clauses(text: str) -> list[Clause]:
    """All clauses of a text."""
    return [clause for sentence in sentences(text) for clause in sentence]


def _clause(text: str) -> Clause:
    return Clause(text.casefold(), tuple(atom.casefold() for atom in ATOM.findall(text)))


def find(concept: str, clause: Clause) -> list[Hit]:
    """Where a concept stands in a clause: as the beginning of a word, or of words that are written apart; `=word` as that word alone."""
    key, exact = _key(concept)
    if not key:
        return [Hit(0, 1, 1.0)] if concept in clause.raw else []
    return [hit for position in range(len(clause.atoms)) if (hit := _at(key, clause.atoms, position, exact))]


@cache
def _key(concept: str) -> tuple[str, bool]:
    """The letters of a concept, and whether it stands for that word alone; no letters if it is searched for as it stands."""
    symbol = SYMBOL.search(concept.removeprefix("="))
    return "" if symbol else "".join(ATOM.findall(concept)).casefold(), concept.startswith("=")


def _at(key: str, atoms: Sequence[str], position: int, exact: bool) -> Hit | None:
    joined = ""
    for end in range(position, min(position + LONGEST, len(atoms))):
        joined += atoms[end]
        if joined.startswith(key):
            # A concept that runs over several atoms may end in an inflection, not in another word ("rm" is not "R models").
            spare = len(joined) - len(key)
            fits = joined == key if exact else (end == position or spare <= 2)
            return Hit(position, end + 1, len(key) / len(joined)) if fits else None
        if not key.startswith(joined):
            return None
    return None


def find_any(concepts: Iterable[str], clause: Clause) -> list[Hit]:
    """Where any of the concepts stands in a clause, in order."""
    return sorted((hit for concept in concepts for hit in find(concept, clause)), key=lambda hit: (hit.position, -hit.quality))


def in_order(groups: Sequence[Sequence[str]], clause: Clause, gap: int = 1) -> list[Hit]:
    """Where a word of each group stands, group after group with at most `gap` atoms between; one word may serve several groups."""
    found = find_any(groups[0], clause)
    for group in groups[1:]:
        nexts = find_any(group, clause)
        joined = []
        for hit in found:
            if pair := next((n for n in nexts if n.position == hit.position or 0 <= n.position - hit.end <= gap), None):
                joined.append(Hit(hit.position, max(hit.end, pair.end), min(hit.quality, pair.quality)))
        found = joined
    return found


def negated(hit: Hit, clause: Clause, negations: Iterable[str], idle: Iterable[str]) -> bool:
    """Whether a negation before the hit, in its clause and within reach, takes it back; one that an idle word follows does not."""
    idle_starts = [other.position for other in find_any(idle, clause)]
    return any(
        negation.end <= hit.position <= negation.position + SCOPE and not _idle(negation, idle_starts)
        for negation in find_any(negations, clause)
    )


def effective(negations: Iterable[str], idle: Iterable[str], clause: Clause) -> list[Hit]:
    """The negations of a clause that are not idle."""
    idle_starts = [other.position for other in find_any(idle, clause)]
    return [negation for negation in find_any(negations, clause) if not _idle(negation, idle_starts)]


def _idle(negation: Hit, idle_starts: Sequence[int]) -> bool:
    return any(negation.end <= start < negation.end + AT_ONCE for start in idle_starts)
