"""Which terms tell two groups of texts apart: log-odds with an informative Dirichlet prior (Monroe et al. 2008, "Fightin' Words")."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.ngrams import Incidence

Counts = NDArray[np.float64]

LONGEST = 3
"""Tokens of a term, at most."""
PRIOR = 0.2
"""Occurrences in the prior for each one counted: rare terms are drawn to the rate that they have in both groups together."""


@dataclass(frozen=True)
class Contrast:
    """One term in two groups of texts."""

    term: str
    z: float
    """Standard deviations by which its log-odds differ; positive where the first group has it more often."""
    first: int
    """Texts of the first group that have it."""
    second: int
    """Texts of the second group that have it."""


def z_scores(first: Counts, second: Counts, prior: Counts) -> Counts:
    """Standardised difference of log-odds of each term (equations 16, 20 and 22 of the paper), `[terms]`.

    Args:
        first: occurrences of each term in the first group, `[terms]`.
        second: likewise in the second.
        prior: pseudo-occurrences of each term, all above zero, `[terms]`.
    """

    def log_odds(counts: Counts) -> Counts:
        with_prior = counts + prior
        odds: Counts = np.log(with_prior / np.clip(with_prior.sum() - with_prior, 1e-9, None))
        return odds

    found: Counts = (log_odds(first) - log_odds(second)) / np.sqrt(1 / (first + prior) + 1 / (second + prior))
    return found


def contrast(first: Sequence[str], second: Sequence[str], *, least: int = 2) -> list[Contrast]:
    """The terms of two groups of texts, those of the first group first, those that set the second apart last.

    A text counts once for each term in it: one that repeats itself does not speak for the others. Terms compete with those of the same
    length. A term that always comes within a longer one is left out: the longer one says more.

    Args:
        first: texts.
        second: texts.
        least: texts that must have a term.
    """
    incidence = Incidence.fit([*first, *second], longest=LONGEST, least=least)
    return contrast_rows(incidence, np.arange(len(first) + len(second)) < len(first))


def contrast_rows(incidence: Incidence, first: NDArray[np.bool_]) -> list[Contrast]:
    """The same of texts whose terms are counted already.

    Args:
        incidence: of all texts, with terms of up to `LONGEST` tokens.
        first: whether each text is of the first group, `[texts]`.
    """
    if not incidence.terms:
        return []
    counts = incidence.matrix.astype(np.float64)
    one, two = np.asarray(counts[first].sum(0)).ravel(), np.asarray(counts[~first].sum(0)).ravel()
    lengths = np.array([term.count(" ") for term in incidence.terms])
    scores = np.zeros(len(incidence.terms))
    for length in np.unique(lengths):
        rows = lengths == length
        scores[rows] = z_scores(one[rows], two[rows], PRIOR * (one[rows] + two[rows]))
    within = _within_longer(incidence.terms, one, two)
    found = [
        Contrast(term, float(score), int(a), int(b))
        for term, score, a, b in zip(incidence.terms, scores, one, two, strict=True)
        if term not in within
    ]
    return sorted(found, key=lambda item: (-item.z, item.term))


def _within_longer(terms: Sequence[str], first: Counts, second: Counts) -> set[str]:
    """Terms that are part of a longer one with the same counts."""
    counts = {term: (a, b) for term, a, b in zip(terms, first, second, strict=True)}
    parts = ((" ".join(part), term) for term in terms if " " in term for part in (term.split(" ")[:-1], term.split(" ")[1:]))
    return {part for part, term in parts if counts[part] == counts[term]}
