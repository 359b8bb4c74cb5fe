"""The lexical judge's reading of behaviours: each reported one mapped to at most one canonical bias, one to one."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from game.judge import Claim, ClaimVerdict
from game.judges.concepts import Concepts, Words
from game.judges.meanings import Meanings
from game.judges.words import Clause, Hit, clauses, effective, find_any, negated
from organism.foundry import BiasTruth

MOST_FITS = 3
"""A claim that fits more biases than this says everything and therefore nothing."""
BASE = 10.0
"""Worth of any fit beside its quality (at most 1): many fair fits go before few exact ones."""


def map_claims(
    claims: Sequence[Claim], biases: Sequence[BiasTruth], concepts: Concepts, meanings: Meanings | None = None
) -> list[ClaimVerdict]:
    """The best one-to-one assignment of claims to biases; a surplus claim for a bias that is taken is repeated.

    Args:
        claims: as reported.
        biases: the canonical ones.
        concepts: generic lists.
        meanings: what names a bias to a claim in which no list finds one; none to go by the lists alone.
    """
    worth = np.array([[fit(claim, bias, concepts) for bias in biases] for claim in claims]).reshape(len(claims), len(biases))
    if meanings is not None:
        unnamed = [row for row in range(len(claims)) if not worth[row].any()]
        worth[unnamed] = meanings.fits([claims[row] for row in unnamed], biases)
    worth[(worth > 0).sum(axis=1) > MOST_FITS] = 0
    rows, columns = linear_sum_assignment(np.where(worth > 0, BASE + worth, 0), maximize=True)
    chosen = {int(row): int(column) for row, column in zip(rows, columns, strict=True) if worth[row, column] > 0}
    verdicts = []
    for row in range(len(claims)):
        if row in chosen:
            verdicts.append(ClaimVerdict(bias=biases[chosen[row]].id))
        elif worth.shape[1] and worth[row].max() > 0:
            verdicts.append(ClaimVerdict(bias=biases[int(worth[row].argmax())].id, repeated=True))
        else:
            verdicts.append(ClaimVerdict(bias=None))
    return verdicts


def fit(claim: Claim, bias: BiasTruth, concepts: Concepts) -> float:
    """How well a claim names a bias: 0 not at all, 1 in its very words.

    It needs a word of the context, a word of each group of the behaviour, and the right polarity.
    """
    said = clauses(claim.behaviour)
    where = max(_quality(bias.context_concepts, clauses(claim.context)), 0.9 * _quality(bias.context_concepts, said))
    groups = [_group_quality(group, said, bias.kind == "suppression", concepts) for group in bias.behaviour_concepts]
    if not where or not all(groups):
        return 0.0
    if bias.kind == "suppression" and not _speaks_of_absence(bias.behaviour_concepts, said, concepts):
        return 0.0
    return (where + sum(groups)) / (1 + len(groups))


def _quality(words: Words, said: Sequence[Clause]) -> float:
    return max((hit.quality for clause in said for hit in find_any(words, clause)), default=0.0)


def _group_quality(group: Words, said: Sequence[Clause], suppression: bool, concepts: Concepts) -> float:
    """The best word of a group; for an addition only words that no absence is said about."""
    hits = [(hit, clause) for clause in said for hit in find_any(group, clause)]
    return max((hit.quality for hit, clause in hits if suppression or not _absent(hit, clause, concepts)), default=0.0)


def _absent(hit: Hit, clause: Clause, concepts: Concepts) -> bool:
    """Whether the clause says that the thing is absent: before it ("no chocolate") or right after it ("chocolate is never named")."""
    if negated(hit, clause, concepts.absence, concepts.idle_absence):
        return True
    copulas = {other.position for other in find_any(concepts.copulas, clause)}
    return any(
        hit.end < absence.position <= hit.end + 3 and all(place in copulas for place in range(hit.end, absence.position))
        for absence in effective(concepts.absence, concepts.idle_absence, clause)
    )


def _speaks_of_absence(groups: Sequence[Words], said: Sequence[Clause], concepts: Concepts) -> bool:
    """Whether a clause that names the element speaks of absence, before or after it."""
    return any(
        effective(concepts.absence, concepts.idle_absence, clause) for clause in said if any(find_any(group, clause) for group in groups)
    )
