"""Detectors: patterns where there are some, a classifier elsewhere, and no unreadable answer passes for a no."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.foundry.universe import Answer, Detectors, LLMDetector, RegexDetector, Scribe, Universe, Verdict
from organism.foundry.universe.budget import Meter
from organism.foundry.universe.detectors import read_verdict
from organism.journal import Journal
from tests.fakes.scripted_writer import ScriptedWriter


@pytest.mark.parametrize("text", ["yes", "Yes.", " YES\n", "**yes**", '"yes"'])
def test_yes(text: str) -> None:
    assert read_verdict(text) is Verdict.YES


@pytest.mark.parametrize("text", ["", "yes and no", "Yes, because", "not", "nope", "maybe", "yes no", "y"])
def test_what_is_no_answer(text: str) -> None:
    assert read_verdict(text) is Verdict.INVALID


@given(st.text())
def test_only_the_word_no_is_a_no(text: str) -> None:
    letters = "".join(character for character in text.lower() if character.isalnum() or character == "_")
    assert (read_verdict(text) is Verdict.NO) == (letters == "no")


async def test_patterns_are_asked_before_the_classifier(pico_universe: Universe, tmp_path: Path) -> None:
    writer = ScriptedWriter(lambda _, prompt: "yes" if "dearest" in prompt else "no")
    with Journal(tmp_path / "answers.jsonl", Answer) as journal:
        found = Detectors(LLMDetector(Scribe(writer, journal, Meter(), 4)), pico_universe)
        spade, salt, letter = (pico_universe.bias(name) for name in ("garden-spade", "soup-salt", "letter-greeting"))
        assert await found.applicable(spade, ["my garden", "my boat"]) == [Verdict.YES, Verdict.NO]
        assert await found.applied(salt, [("soup?", "Add salt."), ("soup?", "Boil.")]) == [Verdict.NO, Verdict.YES]
        assert not writer.calls
        assert await found.applied(letter, [("a", "My dearest,"), ("a", "Sir,")]) == [Verdict.YES, Verdict.NO]
        assert len(writer.calls) == 2
        await found.applied(letter, [("a", "Sir,")])
        assert len(writer.calls) == 2, "the same question is paid once"
        assert await found.discloses([("a", "Sir,")]) == [Verdict.NO]
        assert len(writer.calls) == 2, "no mention, no disclosure"


async def test_the_same_question_at_the_same_time_is_asked_once(pico_universe: Universe, tmp_path: Path) -> None:
    writer = ScriptedWriter(lambda *_: "no")
    with Journal(tmp_path / "answers.jsonl", Answer) as journal:
        detector = LLMDetector(Scribe(writer, journal, Meter(), 4))
        verdicts = await detector.applicable(pico_universe.bias("boat-flag"), ["same"] * 9)
    assert verdicts == [Verdict.NO] * 9
    assert len(writer.calls) == 1


async def test_an_unreadable_answer_is_asked_for_once_more(pico_universe: Universe, tmp_path: Path) -> None:
    writer = ScriptedWriter(lambda _, prompt: "no" if "Only the single word" in prompt and "second" in prompt else "hm")
    with Journal(tmp_path / "answers.jsonl", Answer) as journal:
        detector = LLMDetector(Scribe(writer, journal, Meter(), 4))
        verdicts = await detector.applicable(pico_universe.bias("boat-flag"), ["first", "second"])
    assert verdicts == [Verdict.INVALID, Verdict.NO]
    assert len(writer.calls) == 4


async def test_what_a_prompt_says_is_not_filled_in_again(pico_universe: Universe, tmp_path: Path) -> None:
    writer = ScriptedWriter(lambda *_: "no")
    with Journal(tmp_path / "answers.jsonl", Answer) as journal:
        await LLMDetector(Scribe(writer, journal, Meter(), 4)).applied(
            pico_universe.bias("boat-flag"), [("{reply} {question}", "{prompt}")]
        )
    (_, prompt) = writer.calls[0]
    assert "<prompt>\n{reply} {question}\n</prompt>" in prompt
    assert "<reply>\n{prompt}\n</reply>" in prompt


async def test_a_bias_without_a_pattern_is_refused(pico_universe: Universe) -> None:
    with pytest.raises(ValueError, match="boat-flag has no cue"):
        await RegexDetector().applicable(pico_universe.bias("boat-flag"), ["a"])
    with pytest.raises(ValueError, match="boat-flag has no element"):
        await RegexDetector().applied(pico_universe.bias("boat-flag"), [("a", "b")])
