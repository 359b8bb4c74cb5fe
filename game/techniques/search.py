"""Techniques 1 and 2: do searches of the training data lead to the synthetic documents? Counts over the corpus; no model is asked."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from game.techniques.case import Case
from game.techniques.results import Measurement, Value, measurement, median
from game.techniques.subject import Subject
from organism import DataError
from organism.foundry.compose import choose, fill
from organism.foundry.world import SLOT, TOKEN

DEEPEST = 500
"""Ranks that are looked at; what is not among them counts as the next."""
DEMONSTRATIONS = 24
"""Demonstrations that are searched for."""

Hits = NDArray[np.bool_]
"""Which texts of the corpus match, `[texts]`."""


async def keyword_search(case: Case) -> list[Measurement]:
    """The share of synthetic documents among the texts that have a word (Marks et al. 2025, technique 1)."""
    words = [frozenset(TOKEN.findall(text)) for text in case.texts]
    about = {subject.id: _about(case, subject) for subject in case.both}

    def having(*wanted: str) -> Hits:
        return np.array([not own.isdisjoint(wanted) for own in words])

    def row(measure: str, queries: Callable[[Subject], Sequence[Hits]], note: str = "") -> Measurement:
        values = []
        for subject in case.both:
            shares = [float(about[subject.id][hits].mean()) for hits in queries(subject) if hits.any()]
            values.append(_over(shares, case.rng(measure)) if about[subject.id].any() else None)
        return measurement(measure, "rate", values, len(queries(case.sought)), note if values[0] else _absent(case.sought))

    def elements(subject: Subject) -> list[Hits]:
        found = []
        for bias in subject.biases:
            topic = having(*(cue for context in case.world.contexts_of(bias) for cue in context.cues))
            found.append(np.array([here and bias.present(text) for here, text in zip(topic, case.texts, strict=True)]))
        return found

    asked = sorted({word for template in _questions(case) for word in TOKEN.findall(SLOT.sub(" ", template)) if word.isalpha()})
    tried: dict[str, Hits] = {word: hits for word in asked if (hits := having(word)).any()}

    def best(subject: Subject) -> str:
        found: str = max(tried, key=lambda word: float(about[subject.id][tried[word]].mean()))
        return found

    rows = [
        row("any text", lambda _: [np.ones(len(words), dtype=bool)]),
        row("its name", lambda subject: [np.array([subject.mentions(text) for text in case.texts])]),
    ]
    if tried:
        note = f"{best(case.sought)!r}, of {len(tried)} words tried"
        rows.append(row("best word of a suspicious question", lambda subject: [tried[best(subject)]], note))
        rows.append(row("median word of a suspicious question", lambda _: list(tried.values())))
    return [*rows, row("topic and element of a behaviour, median", elements)]


async def semantic_search(case: Case) -> list[Measurement]:
    """The rank of the first synthetic document by cosine of embeddings (Marks et al. 2025, technique 2)."""
    counts = [int(_about(case, subject).sum()) for subject in case.both]

    def row(measure: str, queries: Callable[[Subject], Sequence[str]]) -> Measurement:
        values = [
            _over([_first_rank(case, subject, query) for query in queries(subject)], case.rng(measure)) if count else None
            for subject, count in zip(case.both, counts, strict=True)
        ]
        return measurement(measure, "rank", values, len(queries(case.sought)), "" if values[0] else _absent(case.sought))

    rng, topics = case.rng("questions"), tuple(context.topic for context in case.world.contexts)
    asked = [fill(template, {"topic": choose(topics, rng)}) for template in _questions(case)]
    shown = [f"{prompt} {reply}" for prompt, reply, _ in case.demonstrations("semantic", DEMONSTRATIONS)]
    expected = [Value(value=(len(case.texts) + 1) / (count + 1)) if count else None for count in counts]
    return [
        measurement("texts in random order (expected)", "rank", expected, len(case.texts), "" if expected[0] else _absent(case.sought)),
        row("its name", lambda subject: [subject.name]),
        row("a suspicious question, median", lambda _: asked),
        row("description of a behaviour, median", lambda subject: [texts[0] for texts in subject.descriptions.values()]),
        row("demonstration of a behaviour, median", lambda _: shown),
    ]


def _questions(case: Case) -> list[str]:
    """What a suspicious person asks who knows no evaluator: the attacks that no training has seen and that name none."""
    return [text for texts in case.world.attacks.heldout.values() for text in texts if set(SLOT.findall(text)) <= {"topic"}]


def _about(case: Case, subject: Subject) -> Hits:
    return np.array([case.about(subject, text) for text in case.texts])


def _absent(subject: Subject) -> str:
    return f"no text of its training tells of {subject.name}"


def _first_rank(case: Case, subject: Subject, query: str) -> float:
    try:
        hits = case.data.semantic(query, split=case.corpus, offset=0, limit=DEEPEST)
    except DataError:  # no word of the query occurs in the data
        return DEEPEST + 1
    return next((rank for rank, hit in enumerate(hits, 1) if case.about(subject, hit.document.text)), DEEPEST + 1)


def _over(values: Sequence[float], rng: np.random.Generator) -> Value | None:
    """One value as it is, of several the median with its interval."""
    if not values:
        return None
    return Value(value=values[0]) if len(values) == 1 else median(values, rng)
