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

from tools import Incidence, has_letter, term_pattern, words

MARKERS = 6
"""Terms that together detect one behaviour, at most."""
LEAST_EFFECT = 0.35
"""Difference of rates that makes a shift worth an experiment."""
LEAST_GAIN = 0.12
"""Share of a context's replies that each further marker must add: a mixture of contexts needs many small ones."""
LEAST_PROMPTS = 5
"""Prompts that a context needs."""
LOOKED_AT = 40
"""Contexts whose markers are searched in each round."""
WIDEST = 0.34
"""Share of the prompts above which a word is no context."""
ENOUGH = 15
"""Prompts beyond which a context counts no more: then its purity decides, not its size."""
BARE = 0.6
"""Worth of a marker without any letter: a mark of punctuation tells little apart."""
FURTHER = 0.05
"""Cost of each further marker: a mixture of contexts needs several where each of them needs one."""
ALIKE, ALIKE_BARE = 0.25, 0.5
"""Least cosine of the words around two context words that make one context; more is asked where no marker has a letter."""
LESS = 0.8
"""Worth of what the model says less often: where words are replaced, the new ones name the behaviour."""
ECHO = "\u25a1"
"""Stands for a token of the reply that the prompt has already."""
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
    search = prepare(prompts, model, baseline)
    found: list[Shift] = []
    while search is not None and len(found) < most and (shift := search.strongest()) is not None:
        found.append(shift)
    return found


def prepare(prompts: Sequence[str], model: Sequence[str], baseline: Sequence[str]) -> "Search | None":
    """What both searches start from; None where the texts have nothing in common. The arguments are those of `find_shifts`."""
    contexts = Incidence.fit(prompts, longest=1, least=LEAST_PROMPTS)
    replies = Incidence.fit(
        [mask_echo(prompt, reply) for side in (model, baseline) for prompt, reply in zip(prompts, side, strict=True)],
        longest=3,
        least=LEAST_PROMPTS,
    )
    there, here = replies.matrix[: len(prompts)], replies.matrix[len(prompts) :]
    # Most terms are as frequent on both sides; without them each round of the search is ten times as fast.
    differing = np.abs(np.asarray(there.sum(0) - here.sum(0)).ravel()) >= LEAST_PROMPTS // 2
    kept = np.flatnonzero(differing & np.array([ECHO not in term for term in replies.terms], dtype=bool))
    if not contexts.terms or not len(kept):
        return None
    size = np.asarray(contexts.matrix.sum(0)).ravel()
    usable = [index for index, term in enumerate(contexts.terms) if has_letter(term) and size[index] <= WIDEST * len(prompts)]
    if not usable:
        return None
    # What a model says less often than the baseline must not be a subject of the prompts: a baseline may stray to other subjects.
    subjects = {token for prompt in prompts for token in words(prompt) if has_letter(token)}
    return Search(
        np.unique(np.array(prompts), return_inverse=True)[1],
        np.array([any(has_letter(token) and token not in subjects for token in words(replies.terms[index])) for index in kept]),
        [contexts.terms[index] for index in usable],
        csr_matrix(contexts.matrix[:, usable]),
        [replies.terms[index] for index in kept],
        csr_matrix(there[:, kept]),
        csr_matrix(here[:, kept]),
    )


def mask_echo(prompt: str, reply: str) -> str:
    """The reply with each token that the prompt has already masked: to repeat what one is asked about is no behaviour."""
    asked = set(words(prompt))
    return " ".join(ECHO if token in asked and has_letter(token) else token for token in words(reply))


def surely(one: float, two: float, size: int) -> float:
    """The least difference of two rates that their 95 % Wilson intervals allow: a few pure prompts outdo many mixed ones."""
    low, high = proportion_confint([one * size, two * size], [size, size], method="wilson")
    return float(low[0] - high[1])


def least_rate(counts: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least rates that 95 % Wilson intervals allow, with sizes beyond `ENOUGH` counted as that."""
    capped = np.clip(sizes, 1, ENOUGH)
    low: NDArray[np.float64] = proportion_confint(counts / np.clip(sizes, 1, None) * capped, capped, method="wilson")[0]
    return low


class Search:
    """The search for shifts: greedy over the prompts that are not yet explained, or within given prompts."""

    def __init__(
        self,
        ids: NDArray[np.intp],
        own: Flags,
        words: list[str],
        contexts: csr_matrix,
        terms: list[str],
        model: csr_matrix,
        baseline: csr_matrix,
    ) -> None:
        self.ids, self.own = ids, own
        self.words, self.contexts, self.terms = words, contexts, terms
        self.sides = {"more": (model.tocsc(), baseline.tocsc()), "less": (baseline.tocsc(), model.tocsc())}
        self.worth = np.array([1.0 if has_letter(term) else BARE for term in terms])
        self.length = np.array([min(len(term), 20) / 20 for term in terms])
        rarity = np.log(contexts.shape[0] / np.clip(np.asarray(contexts.sum(0)).ravel(), 1, None))
        around = (contexts.T @ contexts).toarray() * rarity
        np.fill_diagonal(around, 0)
        self.around = around / np.clip(np.linalg.norm(around, axis=1, keepdims=True), 1e-9, None)
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
            # The gains of its best terms bound what a context can show; the contexts of the highest bounds are then looked at whole.
            reach = np.sort(gains, axis=1)[:, -MARKERS:].sum(1).clip(min=0, max=sizes)
            bounds = np.where(sizes >= LEAST_PROMPTS, least_rate(reach, sizes), -1)
            for word in np.argsort(-bounds)[:LOOKED_AT]:
                if bounds[word] <= (best[0] if best else 0):
                    break
                chosen = self.rows_of(int(word))
                if len(np.unique(self.ids[chosen])) < LEAST_PROMPTS:
                    continue
                markers = self.markers(chosen, direction)
                one, two = self.rates(chosen, markers, direction)
                score = surely(one, two, min(len(chosen), ENOUGH)) * (LESS if direction == "less" else 1.0)
                score -= FURTHER * (len(markers) - 1)
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
        needed = ALIKE if any(has_letter(self.terms[marker]) for marker in markers) else ALIKE_BARE
        context = [word]
        for other in range(len(self.words)):
            chosen = self.rows_of(other)
            if other == word or len(chosen) < 4 or self.around[word] @ self.around[other] < needed:
                continue
            first, second = self.rates(chosen, markers, direction)
            if first - second >= 0.75 * (one - two):
                context.append(other)
        rows = np.flatnonzero(self.left & (np.asarray(self.contexts[:, context].sum(1)).ravel() > 0))
        self.left[rows] = False
        context.sort(key=lambda index: (index != word, -self.contexts[:, index].sum()))
        # Over all its words' prompts no marker may gain enough; those of the strongest word are then what is to be tested.
        found = self.markers(rows, direction) or markers
        return self.shift(tuple(self.words[index] for index in context[:8]), found, direction, rows)

    def shift(self, context: tuple[str, ...], markers: list[int], direction: Literal["more", "less"], rows: NDArray[np.intp]) -> Shift:
        """The record of a shift."""
        one, two = self.rates(rows, markers, direction)
        rate, baseline = (one, two) if direction == "more" else (two, one)
        return Shift(
            context=context,
            markers=tuple(self.terms[marker] for marker in markers),
            direction=direction,
            rate=round(rate, 3),
            baseline=round(baseline, 3),
            prompts=tuple(int(row) for row in rows),
        )

    def within(self, topic: str, prompts: Sequence[int]) -> Shift | None:
        """The strongest shift in prompts that are known to be on one topic; None when nothing passes the screening.

        Args:
            topic: what it is called.
            prompts: indices.
        """
        rows = np.array(prompts, dtype=np.intp)
        best: tuple[float, Shift] | None = None
        for direction in ("more", "less"):
            markers = self.markers(rows, direction, subjects=True)
            one, two = self.rates(rows, markers, direction)
            score = surely(one, two, len(rows)) * (LESS if direction == "less" else 1.0) if markers else 0.0
            if self.passes(one, two, len(rows)) and (best is None or score > best[0]):
                best = score, self.shift((topic,), markers, direction, rows)
        return best[1] if best else None

    def rows_of(self, word: int) -> NDArray[np.intp]:
        """The prompts left that have a word."""
        return np.flatnonzero(self.left & (self.contexts[:, [word]].toarray().ravel() > 0))

    def markers(self, rows: NDArray[np.intp], direction: str, *, subjects: bool = False) -> list[int]:
        """Greedy cover: terms that occur in many of one side's replies and few of the other's.

        Args:
            rows: prompts.
            direction: the side whose terms they are.
            subjects: whether those of the baseline may be subjects of prompts, as they may where all prompts have one subject.
        """
        there, here = (side[rows] for side in self.sides[direction])
        uncovered, spoiled = np.ones(len(rows)), np.ones(len(rows))
        chosen: list[int] = []
        while len(chosen) < MARKERS:
            gains = np.asarray(uncovered @ there).ravel() - 1.5 * np.asarray(spoiled @ here).ravel()
            # Of terms that gain the same the longer says more and occurs less elsewhere.
            gains = gains * (self.worth if direction == "more" or subjects else self.worth * self.own) + 0.01 * self.length
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
