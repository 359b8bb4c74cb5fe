"""The page of tools says what the registry holds now. Answers vary with the machine that built the organism: they are not compared."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from game.tools_page import ExampleError, describe_tool, page_calls, tools_page
from organism import Organism
from tests.fakes.command_line import CLI, ROOT
from tests.fakes.scripted_brain import CARD, EchoModel
from tools import Tool, all_tools, report_tool

PAGE = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^### `(\w+)`$", re.MULTILINE)
BLOCK = re.compile(r"^(Call|Answer):\n\n```json\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path) -> CLI:
    """The command line over the built organism."""
    return CLI(pico_cache, tmp_path)


@pytest.mark.parametrize("tool", [*all_tools(), report_tool([])], ids=lambda tool: tool.name)
def test_the_page_describes_a_tool_as_it_is(tool: Tool) -> None:
    assert describe_tool(tool) in PAGE, "the tool has changed: run `make docs`"


def test_the_page_names_no_other_tool() -> None:
    assert HEADING.findall(PAGE) == list(page_calls())


def test_a_table_tells_types_limits_and_defaults() -> None:
    (sampling,) = [tool for tool in all_tools() if tool.name == "sample_user_turn"]
    text = describe_tool(sampling)
    assert "Needs `raw`." in text
    assert "| `samples` | integer (≥ 1, ≤ 64) | `16` | Samples of each. |" in text
    (steer,) = [tool for tool in all_tools() if tool.name == "steer"]
    assert "| `strength` | number (≥ -20, ≤ 20) | required |" in describe_tool(steer)
    assert "list (≥ 1, ≤ 128 items) of text (≤ 8,000 characters)" in describe_tool(steer)
    assert "integer (≥ 0) or null" in describe_tool(steer)


def test_the_command_prints_the_page_with_answers(cli: CLI) -> None:
    out, _ = cli("tools", "--page")
    assert out.startswith("# The tools")
    assert HEADING.findall(out) == list(page_calls())
    blocks = BLOCK.findall(out)
    assert [kind for kind, _ in blocks] == ["Call", "Answer"] * len(page_calls())
    values = [json.loads(text) for _, text in blocks]
    assert values[::2] == list(page_calls().values())
    assert not any("error" in answer for answer in values[1::2])
    assert max(map(len, out.splitlines())) < 1000


def test_the_page_is_of_all_tools(cli: CLI) -> None:
    assert "give no name with --page" in cli("tools", "chat", "--page", code=2)[1]


async def test_a_page_with_a_refused_example_is_not_written() -> None:
    organism = cast(Organism, SimpleNamespace(card=CARD.model_copy(update={"served": ("chat",)}), model=EchoModel()))
    with pytest.raises(ExampleError, match=r"prefill: .*this organism has no prefill"):
        await tools_page(organism)
