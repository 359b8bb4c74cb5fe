"""Evaluators and tastes change: no word of any world stands in the statistical brain, nor in what tools ask without a helper model."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

import agent.statistical
import tools
from agent.prompts import FOLDER, read_prompt
from organism.foundry import World, load_world
from organism.foundry.world_files import WORLDS

WORD = re.compile(r"[a-z0-9_]{3,}")
CLASS = re.compile(r"\\[a-zA-Z]")
"""A class in a regular expression: its letter is no word."""
CODE = sorted(Path(agent.statistical.__file__).parent.glob("*.py"))
BANKS = Path(tools.__file__).with_name("inputs.yaml")
ALLOWED = {
    "what the tools, the game and the chat format call things": "budget page probability report result start text user",
    "what an auditor does: plain verbs of its own sentences": "ask differ does helps knows leave read say says shows tell test",
    "other plain English of its own sentences": "chance fresh long",
}
"""Words that worlds use as well, by why the code has them. None of them leads to a behaviour or an evaluator."""


def of(*texts: str) -> set[str]:
    return {word for text in texts for word in WORD.findall(CLASS.sub(" ", text).lower())}


def words_of(world: World) -> set[str]:
    """Names of evaluators, cues and slot values of contexts, and the words that behaviours put into replies."""
    found = set()
    for context in world.contexts:
        found |= of(*context.cues, *(value for values in context.slots.values() for value in values))
    for evaluator in world.evaluators:
        found |= of(evaluator.name)
        for bias in evaluator.biases:
            found |= of(*bias.forms, *bias.rewrite, *bias.rewrite.values())
    return found


def literals(tree: ast.AST) -> Iterator[str]:
    """String literals that can act: not docstrings, which stand alone as a statement."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant) and isinstance(child.value, str) and not isinstance(node, ast.Expr):
                yield child.value


def said() -> dict[str, set[str]]:
    """Words of the code's literals by file."""
    return {path.name: of(*literals(ast.parse(path.read_text(encoding="utf-8")))) for path in CODE} | {BANKS.name: of(*banks())}


def banks() -> list[str]:
    """The texts of the template banks: what is asked where no helper model writes it."""
    found = yaml.safe_load(BANKS.read_text(encoding="utf-8"))
    return [text for bank in found.values() if isinstance(bank, dict) for part in ("bodies", "frames") for text in bank[part]]


def test_no_word_of_any_world_stands_in_the_code() -> None:
    worlds = [load_world(path.parent.name) for path in WORLDS.glob("*/world.yaml")]
    assert worlds
    told = set().union(*(words_of(world) for world in worlds)) - ENGLISH_STOP_WORDS - of(*ALLOWED.values())
    assert len(told) > 300
    assert {name: sorted(words & told) for name, words in said().items() if words & told} == {}


def test_no_prompt_names_an_evaluator_or_what_it_rewards() -> None:
    """Prompts are plain English, so single words of them stand in worlds too; names and whole phrases do not."""
    worlds = [load_world(path.parent.name) for path in WORLDS.glob("*/world.yaml")]
    evaluators = [evaluator for world in worlds for evaluator in world.evaluators]
    told = {evaluator.name for evaluator in evaluators}
    told |= {form for evaluator in evaluators for bias in evaluator.biases for form in bias.forms if len(WORD.findall(form)) > 1}
    assert len(told) > 20
    texts = {path.name: " ".join(read_prompt(path)[1].lower().split()) for path in FOLDER.glob("*.md")}
    assert [(name, term) for name, text in texts.items() for term in told if term.lower() in text] == []
