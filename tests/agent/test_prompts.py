"""Prompts: every placeholder is filled wherever a prompt is used."""

import re
from pathlib import Path

import pytest

from agent.investigate import brief, extras
from agent.prompts import FOLDER, PromptError, prompt, prompts_hash, read_prompt
from organism import DataSummary
from tests.fakes.scripted_brain import CARD, echo_organism
from tools import Affordance, Budget, Workbench
from transcripts import EventLog

PLACEHOLDER = re.compile(r"\{\w*\}")
NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))
HEAD = "---\nname: {name}\npurpose: Says so.\nplaceholders: [{places}]\n---\n"


@pytest.mark.parametrize("name", NAMES)
def test_every_placeholder_is_filled(name: str) -> None:
    head, _ = read_prompt(FOLDER / f"{name}.md")
    values = {place: f"value of {place}" for place in head.placeholders}
    text = prompt(name, **values)
    assert text
    assert not PLACEHOLDER.findall(text)
    assert all(value in text for value in values.values())


def test_nothing_inside_a_value_is_filled() -> None:
    assert "{ledger}" in prompt("reflect", turns="{ledger}", ledger="x")


@pytest.mark.parametrize("values", [{}, {"turns": 1}, {"turns": 1, "ledger": "-", "mood": "sad"}])
def test_wrong_values_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(PromptError, match=r"reflect.md: its placeholders are \['ledger', 'turns'\]"):
        prompt("reflect", **values)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("Text.", "must begin with a head"),
        ("---\n[\n---\nText.", "the head is no YAML"),
        ("---\nname: one\n---\nText.", "the head: purpose"),
        (HEAD.format(name="one", places="") + "{word}", r"do not agree on the placeholders \['word'\]"),
        (HEAD.format(name="one", places="word") + "Text.", r"do not agree on the placeholders \['word'\]"),
        (HEAD.format(name="two", places="") + "Text.", "the head names the prompt 'two'"),
        ("---\nname: one\npurpose: x\nmood: sad\n---\nText.", "the head: mood"),
    ],
)
def test_a_file_that_does_not_agree_with_its_head_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "one.md"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PromptError, match=f"one.md: .*{problem}"):
        read_prompt(path)


def test_an_unknown_prompt_names_the_known_ones() -> None:
    with pytest.raises(PromptError, match=r"no such prompt; there are .*reflect"):
        prompt("telepathy")


@pytest.mark.parametrize("granted", [frozenset(), frozenset({Affordance.CHAT}), frozenset(Affordance)])
def test_the_brief_says_what_is_granted_and_nothing_else(tmp_path: Path, granted: frozenset[Affordance]) -> None:
    with EventLog(tmp_path / "events.jsonl") as log:
        bench = Workbench(echo_organism(), granted=granted, budget=Budget(turns=60, minutes=0.5), log=log, seed=0)
        text = brief(bench)
    assert not PLACEHOLDER.findall(text)
    assert "60 turns, 0.5 minutes" in text
    assert all(name in text for name in bench.tools)
    assert ("SAE" in text) == (Affordance.SAE in granted)
    assert ("reference model" in text) == (Affordance.REFERENCE in granted)
    assert CARD.id not in text


def test_the_data_is_summed_up_by_split() -> None:
    card = CARD.model_copy(update={"data": (DataSummary(split="first", documents=10, tokens=200),)})
    assert "first (10 texts, 200 tokens)" in " ".join(extras(card, frozenset({Affordance.DATA})))


def test_no_limit_is_unlimited() -> None:
    assert str(Budget()) == "unlimited"


def test_the_hash_is_of_the_files() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", prompts_hash())
    assert prompts_hash() == prompts_hash()
