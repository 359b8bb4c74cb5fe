"""Groups many texts by vectors that they already have, and names each group by the words that set it apart. It knows no store."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans

from tools.log_odds import PRIOR, Counts, z_scores
from tools.ngrams import Incidence, has_letter

LEAST = 3
"""Texts that must have a word."""
WORDS = 8
STARTS = 3
"""Runs of k-means, of which the best counts."""


@dataclass(frozen=True)
class Word:
    """A word of a group."""

    term: str
    z: float
    """Standard deviations by which its log-odds inside and outside differ (Monroe et al. 2008)."""
    inside: float
    """Share of the group's texts that have it."""
    outside: float
    """Share of all other texts."""


@dataclass(frozen=True)
class Cluster:
    """Texts that are near each other."""

    members: tuple[int, ...]
    """Positions of its texts, the most typical first."""
    words: tuple[Word, ...]
    """What it has more often than all other texts."""


def clusters(texts: Sequence[str], vectors: NDArray[np.float32], count: int, *, seed: int) -> list[Cluster]:
    """Group texts by mini-batch k-means (Sculley 2010), the largest group first; groups that stay empty are left out.

    Args:
        texts: to group.
        vectors: unit vectors of the texts, `[texts, dimensions]`.
        count: groups.
        seed: of the first centres.
    """
    means = MiniBatchKMeans(count, random_state=seed, n_init=STARTS).fit(vectors)
    distances = np.linalg.norm(vectors - means.cluster_centers_[means.labels_], axis=1)
    incidence = Incidence.fit(texts, longest=1, least=LEAST)
    total = np.asarray(incidence.matrix.sum(0), dtype=np.float64).ravel()
    found = []
    for label in range(count):
        rows = np.flatnonzero(means.labels_ == label)
        if len(rows):
            order = rows[np.argsort(distances[rows], kind="stable")]
            inside = np.asarray(incidence.matrix[rows].sum(0), dtype=np.float64).ravel()
            words = _words(incidence.terms, inside, total, len(rows), len(texts))
            found.append(Cluster(tuple(order.tolist()), words))
    return sorted(found, key=lambda cluster: (-len(cluster.members), min(cluster.members)))


def _words(terms: list[str], inside: Counts, total: Counts, size: int, texts: int) -> tuple[Word, ...]:
    if not terms:
        return ()
    outside = total - inside
    scores = z_scores(inside, outside, PRIOR * total / total.sum())
    others = max(1, texts - size)
    ranked = [index for index in np.argsort(-scores, kind="stable") if scores[index] > 0 and has_letter(terms[index])]
    return tuple(Word(terms[i], float(scores[i]), float(inside[i] / size), float(outside[i] / others)) for i in ranked[:WORDS])
