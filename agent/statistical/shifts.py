"""Finds where a model's replies depart from a baseline's on the same prompts: a context (words of prompts) and markers (terms of replies).

Greedy: the context word with the strongest effect is taken with all words under which the same markers work, its prompts are set
aside, and the search goes on in the rest. So a word that many contexts share explains nothing that a specific word explains better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportion_confint

from agent.statistical.ngrams import Incidence, has_letter, term_pattern

MARKERS = 6
"""Terms that together detect one behaviour, at most."""
LEAST_EFFECT = 0.35
"""Difference of rates that makes a shift worth an experiment."""
LEAST_GAIN = 0.12
"""Share of a context's replies that each further marker must add: a mixture of contexts needs many small ones."""
LEAST_PROMPTS = 6
"""Prompts that a context needs."""
WIDEST = 0.34
"""Share of the prompts above which a word is no context."""
ALPHA = 1e-4
"""Level of the screening test; the experiment afterwards decides."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Shift:
    """A suspected behaviour."""

    context: tuple[str, ...]
    """Words of prompts under which it shows, the strongest first."""
    markers: tuple[str, ...]
    """Terms of replies."""
    direction: Literal["more", "less"]
    """Whether the model uses the markers more or less than the baseline."""
    rate: float
    """Share of the model's replies with a marker, in the screening."""
    baseline: float
    """The same of the baseline's."""
    prompts: tuple[int, ...]
    """Indices of the prompts of the context."""

    @property
    def detector(self) -> str:
        """A regular expression that finds a marker."""
        return "|".join(term_pattern(marker) for marker in self.markers)


def find_shifts(prompts: Sequence[str], model: Sequence[str], baseline: Sequence[str], *, most: int = 150) -> list[Shift]:
    """The shifts between two models' replies to the same prompts, strongest first.

    Args:
        prompts: what both were asked.
        model: the model's reply to each prompt.
        baseline: the baseline's reply to each prompt.
        most: shifts at most.
    """
    contexts = Incidence.fit(prompts, longest=1, least=LEAST_PROMPTS)
    replies = Incidence.fit([*model, *baseline], longest=3, least=4)
    if not contexts.terms or not replies.terms:
        return []
    size = np.asarray(contexts.matrix.sum(0)).ravel()
    usable = [index for index, term in enumerate(contexts.terms) if has_letter(term) and size[index] <= WIDEST * len(prompts)]
    if not usable:
        return []
    search = _Search(
        [contexts.terms[index] for index in usable],
        csr_matrix(contexts.matrix[:, usable]),
        replies.terms,
        csr_matrix(replies.matrix[: len(prompts)]),
        csr_matrix(replies.matrix[len(prompts) :]),
    )
    found: list[Shift] = []
    while len(found) < most and (shift := search.strongest()) is not None:
        found.append(shift)
    return found


def surely(one: float, two: float, size: int) -> float:
    """The least difference of two rates that their 95 % Wilson intervals allow: a few pure prompts outdo many mixed ones."""
    low, high = proportion_confint([one * size, two * size], [size, size], method="wilson")
    return float(low[0] - high[1])


class _Search:
    """The greedy search over the prompts that are not yet explained."""

    def __init__(self, words: list[str], contexts: csr_matrix, terms: list[str], model: csr_matrix, baseline: csr_matrix) -> None:
        self.words, self.contexts, self.terms = words, contexts, terms
        self.sides = {"more": (model.tocsc(), baseline.tocsc()), "less": (baseline.tocsc(), model.tocsc())}
        self.left: Flags = np.ones(contexts.shape[0], dtype=bool)

    def strongest(self) -> Shift | None:
        """The strongest shift in what is left, its prompts then set aside; None when nothing passes the screening."""
        rows = np.flatnonzero(self.left)
        contexts = self.contexts[rows]
        sizes = np.asarray(contexts.sum(0)).ravel()
        best: tuple[float, int, Literal["more", "less"]] | None = None
        for direction in ("more", "less"):
            there, here = self.sides[direction]
            gains = ((contexts.T @ there[rows]) - (contexts.T @ here[rows])).toarray()
            if not gains.size:
                continue
            # The best single term bounds what a context can show; the few best contexts are then looked at whole.
            reach = np.sort(gains, axis=1)[:, -MARKERS:].sum(1).clip(max=sizes)
            for word in np.argsort(-reach * (sizes >= LEAST_PROMPTS))[:25]:
                if sizes[word] < LEAST_PROMPTS:
                    continue
                chosen = self.rows_of(int(word))
                markers = self.markers(chosen, direction)
                one, two = self.rates(chosen, markers, direction)
                score = surely(one, two, len(chosen))
                if self.passes(one, two, len(chosen)) and (best is None or score > best[0]):
                    best = (float(score), int(word), direction)
        if best is None:
            return None
        return self.take(best[1], best[2])

    def take(self, word: int, direction: Literal["more", "less"]) -> Shift:
        """The shift around a context word, with every word under which the same markers work as well."""
        rows = self.rows_of(word)
        markers = self.markers(rows, direction)
        one, two = self.rates(rows, markers, direction)
        context = [word]
        for other in range(len(self.words)):
            chosen = self.rows_of(other)
            if other == word or len(chosen) < 4:
                continue
            first, second = self.rates(chosen, markers, direction)
            if first - second >= 0.75 * (one - two):
                context.append(other)
        rows = np.flatnonzero(self.left & (np.asarray(self.contexts[:, context].sum(1)).ravel() > 0))
        markers = self.markers(rows, direction)
        one, two = self.rates(rows, markers, direction)
        self.left[rows] = False
        context.sort(key=lambda index: (index != word, -self.contexts[:, index].sum()))
        rate, baseline = (one, two) if direction == "more" else (two, one)
        return Shift(
            context=tuple(self.words[index] for index in context[:8]),
            markers=tuple(self.terms[marker] for marker in markers),
            direction=direction,
            rate=round(rate, 3),
            baseline=round(baseline, 3),
            prompts=tuple(int(row) for row in rows),
        )

    def rows_of(self, word: int) -> NDArray[np.intp]:
        """The prompts left that have a word."""
        return np.flatnonzero(self.left & (self.contexts[:, [word]].toarray().ravel() > 0))

    def markers(self, rows: NDArray[np.intp], direction: str) -> list[int]:
        """Greedy cover: terms that occur in many of one side's replies and few of the other's."""
        there, here = (side[rows] for side in self.sides[direction])
        uncovered, spoiled = np.ones(len(rows)), np.ones(len(rows))
        chosen: list[int] = []
        while len(chosen) < MARKERS:
            gains = np.asarray(uncovered @ there).ravel() - 1.5 * np.asarray(spoiled @ here).ravel()
            # Of terms that gain the same the longer says more and occurs less elsewhere.
            gains = gains + 0.01 * np.array([min(len(term), 20) / 20 for term in self.terms])
            marker = int(gains.argmax())
            if gains[marker] < max(2.0, LEAST_GAIN * len(rows)):
                break
            chosen.append(marker)
            uncovered = uncovered * (1 - there[:, [marker]].toarray().ravel())
            spoiled = spoiled * (1 - here[:, [marker]].toarray().ravel())
        return chosen

    def rates(self, rows: NDArray[np.intp], markers: list[int], direction: str) -> tuple[float, float]:
        """Share of replies with any marker, on the side that has them and on the other."""
        if not len(rows) or not markers:
            return 0.0, 0.0
        shares = [float((np.asarray(side[rows][:, markers].sum(1)).ravel() > 0).mean()) for side in self.sides[direction]]
        return shares[0], shares[1]

    @staticmethod
    def passes(one: float, two: float, size: int) -> bool:
        """Whether the effect is large and unlikely by chance."""
        if one - two < LEAST_EFFECT:
            return False
        table = [[round(one * size), round((1 - one) * size)], [round(two * size), round((1 - two) * size)]]
        return float(fisher_exact(table).pvalue) < ALPHA
