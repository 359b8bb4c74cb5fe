"""Groups texts by their words, so that a hundred replies can be read at a glance. Deterministic; it knows no language and no model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist, squareform
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import silhouette_score

from tools.log_odds import LONGEST, contrast_rows
from tools.ngrams import Incidence, has_letter, words

MOST = 8
"""Clusters at most."""
LEAST_SILHOUETTE = 0.1
"""Mean silhouette below which the texts are one group."""
AS_GOOD = 0.8
"""Share of the best silhouette at which fewer clusters are preferred."""
TELLING = 1.96
"""z-score from which on a term is told of a cluster."""
TERMS = 5


@dataclass(frozen=True)
class Cluster:
    """Texts that are alike."""

    members: tuple[int, ...]
    """Positions of its texts, the most typical first."""
    terms: tuple[str, ...]
    """What it has more often than the other texts; empty where there are no others."""


def cluster(texts: Sequence[str]) -> list[Cluster]:
    """Group texts: Ward's linkage of term frequencies, cut at the fewest groups whose silhouette is about the best; the largest first.

    A few texts that are repeated are groups of their own: then the sizes count each of them exactly.
    """
    if not texts:
        return []
    kinds = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    labels = np.array([kinds[text] for text in texts])
    vectors = _vectors(texts)
    if len(kinds) > MOST:
        labels = _cut(vectors)
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    counted = cache(lambda least: Incidence.fit(texts, longest=LONGEST, least=least))
    found = []
    for rows in sorted(groups, key=lambda rows: (-len(rows), rows[0])):
        centre = vectors[rows].mean(0)
        members = rows[np.argsort(-(vectors[rows] @ centre), kind="stable")].tolist()
        terms = _terms(counted(1 if len(rows) == 1 else 2), np.isin(np.arange(len(texts)), rows)) if len(groups) > 1 else ()
        found.append(Cluster(tuple(members), terms))
    return found


def _vectors(texts: Sequence[str]) -> NDArray[np.float64]:
    """Term frequencies as vectors of length one, `[texts, terms]`; zero for a text without a word.

    Without inverse document frequencies: what kind of reply it is shows in the phrases that many share, not in the rare words.
    """
    vectorizer = TfidfVectorizer(tokenizer=words, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True, use_idf=False)
    if not any(words(text) for text in texts):
        return np.zeros((len(texts), 1))
    vectors: NDArray[np.float64] = vectorizer.fit_transform(texts).toarray()
    return vectors


def _cut(vectors: NDArray[np.float64]) -> NDArray[np.intp]:
    """The label of each text."""
    distances = pdist(vectors)
    tree, square = linkage(distances, method="ward"), squareform(distances)
    tried = [fcluster(tree, count, criterion="maxclust") for count in range(2, min(MOST, len(vectors) - 1) + 1)]
    # Texts at one and the same point cannot be cut apart, so fewer clusters may come out than were asked for.
    cuts = [(float(silhouette_score(square, labels, metric="precomputed")), labels) for labels in tried if len(np.unique(labels)) > 1]
    best = max((score for score, _ in cuts), default=0.0)
    if best < LEAST_SILHOUETTE:
        return np.zeros(len(vectors), dtype=np.intp)
    return next(labels for score, labels in cuts if score >= AS_GOOD * best)


def _terms(incidence: Incidence, inside: NDArray[np.bool_]) -> tuple[str, ...]:
    telling = [item.term for item in contrast_rows(incidence, inside) if item.z > TELLING]
    return tuple([term for term in telling if has_letter(term)][:TERMS])
