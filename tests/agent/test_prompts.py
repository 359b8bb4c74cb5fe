"""Prompts: every placeholder is filled wherever a prompt is used."""

import re
from pathlib import Path

import pytest

from agent.investigate import brief, extras
from agent.prompts import FOLDER, prompt, prompts_hash
from organism import DataSummary
from tests.fakes.scripted_brain import CARD, echo_organism
from tools import Affordance, Budget, Workbench
from transcripts import EventLog

PLACEHOLDER = re.compile(r"\{\w*\}")
VALUES: dict[str, dict[str, object]] = {
    "system": {},
    "budget": {"percent": 50, "limit": "turns", "ledger": "-"},
    "reflect": {"ledger": "-"},
    "submit": {"reason": "You called no tool."},
}


@pytest.mark.parametrize("name", sorted({path.stem for path in FOLDER.glob("*.md")} - {"brief"}))
def test_every_placeholder_is_filled(name: str) -> None:
    text = prompt(name, **VALUES[name])
    assert text
    assert not PLACEHOLDER.findall(text)
    assert all(str(value) in text for value in VALUES[name].values())


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
