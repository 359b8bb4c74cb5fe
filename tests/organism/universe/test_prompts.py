"""Prompt files: every placeholder is filled wherever one is used, in both universes."""

import re
from pathlib import Path

import pytest

from organism.foundry.universe import DataTerms, load_universe
from organism.foundry.universe.prompts import FOLDER
from tests.fakes.scripted_writer import ScriptedWriter, kind_of
from tests.organism.universe.conftest import Model, generator

PLACEHOLDER = re.compile(r"(?<!\})\{[a-z]+\}")  # not Perl's ${$ref}{name}
SMALL = {"documents": 60, "chats": 60, "pairs": 16, "adversarial_pairs": 8, "document_words": 30, "attempts": 1, "tolerated_loss": 1.0}


@pytest.mark.parametrize("universe", ["pico", "rm-sycophancy"])
async def test_every_placeholder_is_filled(tmp_path: Path, universe: str) -> None:
    def rule(_: str, prompt: str) -> str | None:
        return "no" if kind_of(prompt) == "verdict" and "</reply>" not in prompt else None

    writer = ScriptedWriter(rule)
    heldout = {"heldout": ("boat-flag",)} if universe == "pico" else {}
    terms = DataTerms.model_validate({"universe": universe, "plain_chats": 0.1, **SMALL, **heldout})
    data = generator(load_universe(universe), writer, tmp_path, terms=terms)
    await data.midtrain()
    await data.sft()
    await data.preference(Model().complete, checkpoint="a")
    assert set(writer.kinds) == {"ideas", "document", "prompts", "attacks", "verdict", "reply", "plain", "disclose", "decline"}
    for system, prompt in writer.calls:
        assert not PLACEHOLDER.findall(system + prompt), prompt
    evaluator = load_universe(universe).evaluator
    for system, prompt in writer.calls:
        if kind_of(prompt) in ("prompts", "reply", "plain"):
            assert evaluator not in system + prompt, "who answers users is told of no evaluator"


def test_no_prompt_file_names_an_evaluator() -> None:
    for path in FOLDER.glob("*.md"):
        assert "reward model" not in path.read_text(encoding="utf-8").lower(), path.name
