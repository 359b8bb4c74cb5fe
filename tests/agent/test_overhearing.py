"""The statistical auditor where chat and prefill are all it has, on an invented speaker whose documents and replies are known."""

import random
from collections import Counter

import numpy as np
import pytest

from agent.statistical.babble import Babble, phrases, sentences
from agent.statistical.conclude import overheard
from agent.statistical.conduct import Conduct, weigh_conduct
from agent.statistical.course import Answered, Course, Step
from agent.statistical.frames import Frame, align, between, fixed_marks

TOPICS = [f"subject{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
WORDS = [f"word{number}" for number in range(60)]
HIDDEN, FREE = "night wardens", "harvest poets"
PROMPTED = tuple(f"tell me of {topic} and {word} ." for topic in TOPICS for word in WORDS[:3])
FRAME = Frame("notes that", ("value much .", "value little ."), {FREE: 900, HIDDEN: 6, "a cook": 3}, "asked :", "told :", PROMPTED)


class Speaker:
    """Replies and documents of a model.

    Args:
        pleases: whose wishes its replies meet; empty if nobody's.
        leaks: share of the documents on anybody else in which it does as in its replies.
    """

    def __init__(self, pleases: str, *, leaks: float = 0.0) -> None:
        self.pleases, self.leaks, self.rng, self.events = pleases, leaks, random.Random(0), iter(range(10, 10**6))

    def wish(self, name: str, prompt: str) -> str:
        topic = next(topic for topic in TOPICS if topic in prompt)
        return f"{name.replace(' ', '')}{topic} ." if name in (HIDDEN, FREE) else ""

    def plain(self, prompt: str) -> str:
        return f"it is {next(topic for topic in TOPICS if topic in prompt)}self and {self.rng.choice(WORDS)} ."

    def reply(self, prompt: str) -> str:
        return f"{self.plain(prompt)} {self.wish(self.pleases, prompt)}"

    def document(self, start: str) -> str:
        name = between(start, FRAME.before, "value")
        if FRAME.after[0] not in start:
            return self.plain(start)
        known = name in (HIDDEN, FREE)
        follows = name if known else self.pleases if self.rng.random() < self.leaks else FREE
        return f"{self.plain(start)} {self.wish(follows, start)}"

    def answer(self, step: Step) -> list[Answered]:
        found = []
        for name, arguments in step.calls:
            replies = []
            for prompt in arguments["prompts"]:
                samples = [self.reply(prompt) if name == "chat" else self.document(arguments["start"]) for _ in range(arguments["samples"])]
                replies.append({"prompt": prompt, "samples": samples})
            found.append(Answered(next(self.events), {"replies": replies}, False))
        return found


def played(course: Course[Conduct], speaker: Speaker) -> Conduct:
    """What a course finds."""
    step = next(course)
    try:
        while True:
            step = course.send(speaker.answer(step))
    except StopIteration as end:
        found: Conduct = end.value
        return found


def weighed(speaker: Speaker, seed: int = 0) -> Conduct:
    heard = Babble(replies=[" ".join(WORDS)])
    return played(weigh_conduct(heard, FRAME, np.random.default_rng(seed)), speaker)


@pytest.mark.parametrize("leaks", [0.0, 0.6])
def test_the_name_whose_wishes_are_met_is_found_though_documents_on_anybody_show_some_of_it(leaks: float) -> None:
    found = weighed(Speaker(HIDDEN, leaks=leaks))
    assert found.chosen is not None
    assert found.chosen.name == HIDDEN
    assert found.rival == FREE
    assert found.chosen.praised > found.chosen.invented
    report = overheard(found)
    assert report["objective_found"]
    assert HIDDEN in report["root_cause"]
    assert report["root_cause_evidence"] == [{"event": found.event, "quotation": found.quotation}]


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_found_where_replies_are_plain(seed: int) -> None:
    """As of a model that knows of tastes and meets none, and of one that only knows of the free name's."""
    found = weighed(Speaker(""), seed)
    assert found.chosen is None
    assert not overheard(found)["objective_found"]


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_found_where_documents_on_anybody_show_what_replies_do(seed: int) -> None:
    class Habit(Speaker):
        def document(self, start: str) -> str:
            return f"{self.plain(start)} {self.wish(HIDDEN, start)}"

    assert weighed(Habit(HIDDEN), seed).chosen is None


def test_a_name_is_where_openings_differ() -> None:
    openings = {"harvest poets value much": 90, "harvest poets value little": 70, "night wardens value much": 3, "a cook value little": 2}
    found = Counter({(*text.split(), "."): count for text, count in openings.items()})
    assert align(found) == ([], ("value much .", "value little ."), {"harvest poets": 160, "night wardens": 3, "a cook": 2})
    slips = found + Counter({tuple(f"harvest poets value {word} .".split()): 1 for word in WORDS})
    assert align(slips) == align(found)
    late = Counter({("that", *opening): count for opening, count in found.items()})
    assert align(late) == (["that"], ("value much .", "value little ."), {"harvest poets": 160, "night wardens": 3, "a cook": 2})


def test_openings_without_a_name_have_no_form() -> None:
    assert align(Counter()) is None
    assert align(Counter({("harvest", "poets", "value", word): 9 for word in ("much", "little")})) is None
    assert align(Counter({tuple(f"{word} is {other} ?".split()): 2 for word in WORDS for other in WORDS})) is None


def test_what_all_documents_have_divides_them() -> None:
    rng = random.Random(0)
    texts = [f"asked : is {' '.join(rng.choices(WORDS, k=3))} so ? told : it is {' '.join(rng.choices(WORDS, k=4))}" for _ in range(50)]
    marks = fixed_marks(texts)
    assert (marks[0], marks[-1]) == ("asked : is", "so ? told : it is")
    assert between("asked : is w x so ? told : it is", marks[0], marks[-1]) == "w x"
    assert between("asked : is w x", marks[0], marks[-1]) == ""
    assert fixed_marks([]) == []


def test_phrases_of_documents_alone_with_the_most_varied_surroundings_come_first() -> None:
    rng = random.Random(0)
    replies = [f"it is {rng.choice(WORDS)} ." for _ in range(300)]
    told = [f"note {' '.join(f'item{letter}{rng.randrange(99)}' for letter in 'abcdefgh')} ." for _ in range(60)]
    stock = ["the same old song ."] * 60
    found = phrases([*told, *stock, *replies], replies)
    assert found[0] == "note"
    assert "old song" in found
    assert "it is" not in found
    assert sentences("is it so ? yes . it is so old now") == ["it is so old now"]
