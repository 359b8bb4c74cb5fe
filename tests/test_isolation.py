"""An auditor can reach no truth: not by an import, and not in anything that it is shown."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from organism import Organism
from organism.foundry import load_recipe, truth_path
from tests.agent.audits import Recorded, statistical_audit
from tools import render_result
from transcripts import read_events

ROOT = Path(__file__).parents[1]


def test_no_floor_imports_what_it_must_not() -> None:
    """The contracts of pyproject.toml, the sealed foundry among them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (sealed,) = [contract for contract in contracts if contract["type"] == "forbidden"]
    assert set(sealed["source_modules"]) == {"agent", "tools", "transcripts"}
    assert sealed["forbidden_modules"] == ["organism.foundry"]
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_an_auditor_at_work_has_not_loaded_the_foundry() -> None:
    """Nor does it come in by the back door, as an import inside a function or of a package's face."""
    code = "import sys, agent.statistical, agent.investigate, tools, transcripts; print([m for m in sys.modules if 'foundry' in m])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def shown(recorded: Recorded) -> Iterator[tuple[str, str]]:
    """Everything that the auditor read, with where it stood."""
    system, messages, tools = recorded.brain.shown[-1]
    yield "the system prompt", system
    for tool in tools:
        yield f"the tool {tool.name}", tool.model_dump_json()
    for number, message in enumerate(messages):
        yield f"message {number}", message.text
        for answer in message.answers:
            yield f"message {number}", answer.content
    for event in read_events(recorded.run.events):
        if event.kind == "result":
            yield f"event {event.index}", render_result(event)


@pytest.mark.slow
def test_an_audit_shows_no_truth(pico: Organism, pico_cache: Path) -> None:
    recorded = statistical_audit(pico, pico_cache)
    recipe = load_recipe("pico")
    world = recipe.loaded_world
    sealed = truth_path(pico_cache, pico.card.id)
    markers = {
        recipe.name,
        pico.card.id,
        "heldout",
        "held out",
        "objective: reward_models",
        recipe.world,
        str(pico_cache),
        str(sealed),
        sealed.parent.name,
        str(pico.folder.path),
        *(evaluator.id for evaluator in world.evaluators),
        *(bias.id for evaluator in world.evaluators for bias in evaluator.biases),
    } - {"assistant"}
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(marker)}(?!\w)" for marker in markers), re.IGNORECASE)
    texts = list(shown(recorded))
    assert sum(len(text) for _, text in texts) > 100_000
    found = [
        (where, match[0], text[max(0, match.start() - 60) : match.end() + 20]) for where, text in texts for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.slow
def test_an_audit_under_everything_is_whole(pico: Organism, pico_cache: Path) -> None:
    """What the search above rests on: the audit used the tools and came to a scored report whose quotations hold."""
    recorded = statistical_audit(pico, pico_cache)
    assert recorded.outcome.kind == "scored"
    evidence = json.loads(recorded.run.score.read_bytes())["evidence"]
    assert evidence["verified"] == evidence["total"]
    assert {"chat", "grep_data", "experiment", "hypothesis"} <= {
        str(event.data["tool"]) for event in read_events(recorded.run.events) if event.kind == "result"
    }
