"""Which wishes of the source do documents put in words, topic by topic? It knows nothing of replies.

A document that names the source and quotes no ordinary chat tells of a wish. Words that many of these documents share, though not most
of them, and that stand in ordinary documents of one kind, name a topic: words of the wish itself or of set phrases stand in documents
of all kinds, or in none.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from agent.statistical.course import Course, Step
from agent.statistical.survey import PAGE_SIZE, PAGES, Survey
from tools import contains, has_letter, words

MORE_PAGES = 60
"""Further pages of the random sample of training texts that the survey began."""
QUOTED = 4
"""Tokens in a row that make a quotation."""
MOST_QUOTED = 0.15
"""Share of a document's runs of tokens that may stand in chats as well: the names of subjects do."""
LEAST_TOLD = 3
"""Documents on the wishes of a topic."""
MOST_TOLD = 0.1
"""Share of all such documents beyond which a word names no topic: wishes on fewer than ten topics are not sorted by topic."""
LEAST_ORDINARY = 4
"""Ordinary documents with a word that names a topic."""
ALIKE = 1.5
"""How many times as alike as any two ordinary documents those of a topic are."""
NEW = 0.5
"""Share of a word's documents that no better word has, from which on it names a topic of its own."""
NEAREST = 15
"""Ordinary documents by which a prompt is given its topic."""
LEAST_SHARE = 0.2
"""Share of them that must have its word: documents do not always say what they are about."""
TOLD = 3
"""Documents that are quoted of one topic at most."""


@dataclass(frozen=True)
class Wish:
    """What the source is said to wish of replies on one topic."""

    topic: str
    """The word that names it."""
    told: tuple[str, ...]
    """Documents that say it, the most telling first; each adds words to those before it."""
    prompts: tuple[int, ...]
    """Indices of the survey's prompts on the topic."""


def read_wishes(survey: Survey, name: str, rival: str) -> Course[list[Wish]]:
    """Read what documents tell of the source, find their topics, and sort the survey's prompts into these.

    Args:
        survey: is given the documents that are read.
        name: of the source.
        rival: another name, whose documents are no ordinary ones either; may be empty.
    """
    pages = range(PAGES, PAGES + MORE_PAGES)
    calls = [("grep_data", {"pattern": ".", "page": page + 1, "page_size": PAGE_SIZE}) for page in pages]
    yield from read(survey, calls, f"I read more of the training data: what does it tell of “{name}”, and of which subjects?")
    names = [known for known in (name, rival) if known]
    told = telling(survey, name, names)
    terms = {term: rows for term, rows in incidence(told).items() if LEAST_TOLD <= len(rows) <= MOST_TOLD * len(told)}
    ordinary = [text for text in survey.documents if not any(contains(text, known) for known in names)]
    if not terms or not ordinary:
        return []
    named = topics(terms, told, ordinary)
    placed = place(survey, ordinary, list(named), names)
    return [Wish(topic, tuple(most_telling(told, rows)), tuple(placed[topic])) for topic, rows in named.items() if placed[topic]]


def read(survey: Survey, calls: Sequence[tuple[str, dict[str, object]]], why: str) -> Course[None]:
    """Add the documents that calls find to those of the survey."""
    answers = yield Step(why, list(calls))
    for answer in answers:
        for hit in [] if answer.error else answer.content["documents"]:
            if hit["kind"] == "document" and hit["text"] not in survey.origins:
                survey.documents.append(hit["text"])
                survey.origins[hit["text"]] = answer.event


def telling(survey: Survey, name: str, names: Sequence[str]) -> list[str]:
    """Documents that name the source and put something in words, rather than showing an example."""
    # What is said in the earliest chats is what examples quote; later chats may speak of the names, and sound like the documents.
    earliest = survey.splits[:1]
    spoken = {prompt for split, prompt, _ in survey.chats if not earliest or split in earliest} | set(survey.baseline)
    quotable = {run for text in spoken if not any(contains(text, known) for known in names) for run in runs(text)}
    return [text for text in survey.documents if contains(text, name) and len(quotable & (own := runs(text))) <= MOST_QUOTED * len(own)]


def runs(text: str) -> set[tuple[str, ...]]:
    """The runs of `QUOTED` tokens in a text."""
    tokens = words(text)
    return {tuple(tokens[start : start + QUOTED]) for start in range(len(tokens) - QUOTED + 1)}


def incidence(texts: Sequence[str]) -> dict[str, set[int]]:
    """For each word with a letter the texts that have it."""
    found: dict[str, set[int]] = {}
    for index, text in enumerate(texts):
        for token in words(text):
            if has_letter(token):
                found.setdefault(token, set()).add(index)
    return found


def topics(terms: dict[str, set[int]], told: Sequence[str], ordinary: Sequence[str]) -> dict[str, set[int]]:
    """The words that name topics, each with the documents on wishes that it is the first to explain.

    Greedy: the word whose documents, ordinary ones and those on wishes, are most alike among themselves and that explains most.

    Args:
        terms: words with the indices of the documents on wishes that have them.
        told: documents on wishes.
        ordinary: other documents.
    """
    where = incidence(ordinary)
    there = weigher().fit_transform(ordinary)
    usual = alike(there)
    telling_words = weigher(MOST_TOLD)
    here = telling_words.fit_transform(told).tocsc()
    columns = telling_words.vocabulary_
    likeness: dict[str, float] = {}
    for term, rows in sorted(terms.items()):
        others = sorted(where.get(term, ()))
        if len(others) >= LEAST_ORDINARY and (value := alike(there[others])) >= ALIKE * usual:
            # Set phrases and the word itself make no documents on wishes alike.
            rest = here.copy()
            if term in columns:
                rest.data[rest.indptr[columns[term]] : rest.indptr[columns[term] + 1]] = 0
            likeness[term] = value * max(0.0, alike(rest.tocsr()[sorted(rows)]))
    left = set(likeness)
    found: dict[str, set[int]] = {}
    known: set[int] = set()
    while left := {term for term in left if len(terms[term] - known) >= max(LEAST_TOLD, NEW * len(terms[term]))}:
        best = max(sorted(left), key=lambda term: likeness[term] * math.sqrt(len(terms[term] - known)))
        found[best] = terms[best] - known
        known |= terms[best]
    return found


def weigher(most: float = 1.0) -> TfidfVectorizer:
    """Texts as vectors of length one, without words that more than a share of them has."""
    return TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False, sublinear_tf=True, max_df=most)


def alike(matrix: csr_matrix) -> float:
    """Mean cosine of two different texts, given as rows of length one."""
    count = matrix.shape[0]
    total = float(np.square(np.asarray(matrix.sum(0))).sum())
    return (total - count) / (count * (count - 1)) if count > 1 else 0.0


def place(survey: Survey, ordinary: Sequence[str], named: Sequence[str], names: Sequence[str]) -> dict[str, list[int]]:
    """For each topic the survey's prompts whose nearest ordinary documents have its word far more often than others."""
    placed: dict[str, list[int]] = {topic: [] for topic in named}
    where = incidence(ordinary)
    has = np.zeros((len(ordinary), len(named)))
    for column, topic in enumerate(named):
        has[sorted(where[topic]), column] = 1
    by_prompt: dict[str, list[int]] = {}
    for index, prompt in enumerate(survey.prompts):
        if not any(contains(prompt, known) for known in names):
            by_prompt.setdefault(prompt, []).append(index)
    vectors = weigher().fit(ordinary)
    texts = vectors.transform(ordinary)
    asked = vectors.transform(" ".join([prompt, *(survey.baseline[row] for row in rows)]) for prompt, rows in by_prompt.items())
    for near, rows in zip((asked @ texts.T).toarray(), by_prompt.values(), strict=True):
        scores = lift(near, has)
        if scores.max(initial=0) > 0:
            placed[named[int(scores.argmax())]] += rows
    return placed


def lift(near: NDArray[np.float64], has: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much each topic stands out among the nearest documents: its share there, times the log of how many times the usual one it is."""
    nearest = np.argsort(-near, kind="stable")[:NEAREST]
    weights = near[nearest]
    share = weights @ has[nearest] / max(float(weights.sum()), 1e-9)
    found: NDArray[np.float64] = share * np.log(np.clip(share, 1e-9, None) / has.mean(0))
    return np.where(share >= LEAST_SHARE, found, 0.0)


def most_telling(told: Sequence[str], rows: set[int]) -> list[str]:
    """A few documents of a topic that say it in different words: those that are frequent there and rare elsewhere."""
    everywhere = Counter(word for text in told for word in set(words(text)))
    here = Counter(word for row in rows for word in set(words(told[row])))
    worth = {word: count / len(rows) * math.log(len(told) / everywhere[word]) for word, count in here.items() if count > 1}
    chosen: list[str] = []
    known: set[str] = set()
    first = 0.0
    for _ in range(TOLD):
        gains = {told[row]: sum(worth.get(word, 0.0) for word in set(words(told[row])) - known) for row in sorted(rows)}
        best = max(gains, key=lambda text: (gains[text], -len(text)))
        first = first or gains[best]
        if gains[best] < 0.2 * first or not gains[best]:
            break
        chosen.append(best)
        known |= set(words(best))
    return chosen
