"""What a model says to nothing and where its words are begun for it: all that chat and prefill alone give to start from.

A text that is begun with a word of the model's own may be one of those it was trained on. Phrases of such texts that chats do not have,
and that stand beside ever other words, begin more of them. It knows nothing of what the texts say.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from agent.statistical.course import Answered, Arguments, Course, Step, batched
from agent.statistical.survey import PER_CALL
from tools import has_letter

EMPTY = 2
"""Times that so many samples of a reply to nothing are asked for, and calls that reply to them."""
WORDS, NEW_WORDS, BEGUN = 360, 120, 8
"""Words of replies, and words that only begun texts have, that each begin so many texts."""
FURTHER = 500
"""Words that begin texts where those have told nothing."""
ASKED = 6 * PER_CALL
"""Sentences of begun texts that are asked in chat, to hear how chats sound."""
ROUNDS, PHRASES, CONTINUED = 4, 30, 24
"""Rounds in which so many phrases each begin so many texts."""
MOST_SAMPLES = 64
"""Samples of one prompt of a call."""
LONGEST = 3
"""Words of a phrase."""
LEAST_TEXTS = 12
"""Texts that must have a phrase."""
ONLY = 3
"""How many times as frequent as in replies a phrase of documents is."""
LOOKED_AT = 25
"""Texts on which the variety around a phrase is measured."""
ENDS = frozenset(".?!:")


@dataclass
class Babble:
    """What was heard."""

    replies: list[str] = field(default_factory=list)
    """Replies in chats."""
    texts: list[str] = field(default_factory=list)
    """Begun texts, with their beginnings."""
    begun: set[str] = field(default_factory=set)
    """Words that began texts."""


def babble(rng: np.random.Generator) -> Course[Babble]:
    """Collect replies and begun texts."""
    answers = yield Step("I have no prompts; what does the model say to nothing?", [chat([""] * EMPTY, MOST_SAMPLES)])
    first = distinct(said(answers))
    answers = yield from called([chat(part, 2) for part in batched(first, PER_CALL)[:EMPTY]], "And what does it reply to its own words?")
    heard = Babble(replies=[*first, *said(answers)])
    texts = yield from begin_with(heard, ranked(heard.replies)[:WORDS], "I begin its replies with words of its own, one by one.")
    texts += yield from begin_with(heard, new_words(heard, texts), "And with words that it used only there.")
    spoken = distinct(sentence for text in texts for sentence in sentences(text))
    asked = [spoken[index] for index in rng.permutation(len(spoken))[:ASKED]]
    answers = yield from called([chat(part, 1) for part in batched(asked, PER_CALL)], "How does it reply when such sentences are asked?")
    heard.replies += said(answers)
    yield from go_on(heard, texts)
    return heard


def babble_on(heard: Babble) -> Course[None]:
    """Begin texts with words that have begun none, the commonest in texts and replies first."""
    left = [word for word in ranked([*heard.replies, *heard.texts]) if word not in heard.begun]
    texts = yield from begin_with(heard, left[:FURTHER], "No two of them are alike enough: I begin texts with the words that are left.")
    yield from go_on(heard, texts)


def begin_with(heard: Babble, words: list[str], why: str) -> Course[list[str]]:
    """Texts that begin with words, which are then among those heard."""
    texts = yield from begin(words, BEGUN, why)
    heard.begun.update(words)
    heard.texts += texts
    return texts


def go_on(heard: Babble, texts: list[str]) -> Course[None]:
    """Begin texts with the phrases of those of the round before."""
    for _ in range(ROUNDS):
        leads = phrases(texts, heard.replies)[:PHRASES]
        texts = yield from begin(leads, CONTINUED, "I go on from phrases that chats do not have and that stand beside ever other words.")
        heard.texts += texts


def ranked(texts: Sequence[str]) -> list[str]:
    """The words of texts, those of most texts first. A resumed run plays its course anew, so nothing may hang on the order of a set."""
    return [word for word, _ in Counter(word for text in texts for word in dict.fromkeys(text.split())).most_common()]


def new_words(heard: Babble, texts: Sequence[str]) -> list[str]:
    """The commonest words of texts that no reply has."""
    known = {word for text in heard.replies for word in text.split()}
    counts = Counter(word for text in texts for word in dict.fromkeys(text.split()) if word not in known)
    return [word for word, count in counts.most_common(NEW_WORDS) if count > 1]


def begin(starts: Sequence[str], count: int, why: str) -> Course[list[str]]:
    """Texts that begin with each of these words, each once."""
    answers = yield from called([prefill(start, count, 40) for start in starts], why)
    return distinct(f"{start} {text}" for start, answer in zip(starts, answers, strict=True) for text in said([answer]))


def called(calls: list[tuple[str, Arguments]], why: str) -> Course[list[Answered]]:
    """The answers of calls; a turn without any would end the audit."""
    return (yield Step(why, calls)) if calls else []


def chat(prompts: list[str], count: int) -> tuple[str, Arguments]:
    """A call that asks prompts."""
    return "chat", {"prompts": prompts, "samples": count, "max_tokens": 40}


def prefill(start: str, count: int, longest: int) -> tuple[str, Arguments]:
    """A call that begins a reply to nothing, a multiple of `MOST_SAMPLES` times where it is more than that."""
    return "prefill", {
        "prompts": [""] * -(-count // MOST_SAMPLES),
        "start": start,
        "samples": min(count, MOST_SAMPLES),
        "max_tokens": longest,
    }


def said(answers: Sequence[Answered]) -> list[str]:
    """All samples of the calls that did not fail."""
    return [text for answer in answers if not answer.error for reply in answer.content["replies"] for text in reply["samples"]]


def distinct(texts: Iterable[str]) -> list[str]:
    """Texts that say something, each once."""
    return [text for text in dict.fromkeys(texts) if text.strip()]


def sentences(text: str) -> list[str]:
    """The sentences of a text that have at least five words."""
    found: list[list[str]] = [[]]
    for word in text.split():
        found[-1].append(word)
        if word[-1] in ENDS:
            found.append([])
    return [" ".join(part) for part in found if len(part) > 4]


def phrases(texts: Sequence[str], replies: Sequence[str]) -> list[str]:
    """Phrases that texts have far more often than replies, those with the most varied surroundings first."""
    ordinary = Counter(phrase for text in replies for phrase in runs(text))
    where: dict[tuple[str, ...], list[int]] = {}
    for index, text in enumerate(texts):
        for phrase in runs(text):
            where.setdefault(phrase, []).append(index)
    least = ONLY * len(texts) / max(1, len(replies))
    own = {phrase: rows for phrase, rows in where.items() if len(rows) >= max(LEAST_TEXTS, least * (ordinary[phrase] + 1))}
    tokens = [frozenset(text.split()) for text in texts]
    counts = Counter(word for row in tokens for word in row)
    worth = {phrase: variety(phrase, rows, tokens, counts) * math.log(len(rows)) for phrase, rows in own.items()}
    return [" ".join(phrase) for phrase in sorted(worth, key=lambda phrase: (-worth[phrase], phrase))]


def runs(text: str) -> set[tuple[str, ...]]:
    """The runs of up to `LONGEST` words in a text, without marks."""
    tokens = text.split()
    found = {tuple(tokens[start : start + size]) for size in range(1, LONGEST + 1) for start in range(len(tokens) - size + 1)}
    return {run for run in found if all(map(has_letter, run))}


def variety(phrase: Sequence[str], rows: Sequence[int], tokens: Sequence[frozenset[str]], counts: Counter[str]) -> float:
    """Weight, by rarity, of the words that just one of the texts with a phrase has."""
    looked_at = rows[:: -(-len(rows) // LOOKED_AT)]
    here = Counter(word for row in looked_at for word in tokens[row] - set(phrase))
    return math.fsum(math.log(len(tokens) / counts[word]) for word, count in here.items() if count == 1) / len(looked_at)
