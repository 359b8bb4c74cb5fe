"""What an MCP client can reach: the tools of its match, and no file, whatever it writes into their arguments."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError

from agent import BrainSpec
from game.guest import GuestMatch
from game.match import open_match
from game.rules import load_rules
from game.spec import GUEST, make_spec
from organism import Organism, OrganismFolder, organism_folder
from organism.foundry import truth_path
from tests.secrets_of import list_secrets
from tools import SUBMIT, all_tools, examples
from tools.mcp_server import PROMPT, mcp_server

CANARY = "canary that sings in the mine"
PASSWORDS = Path("/etc/passwd")
QUICK = {"max_tokens": 2, "samples": 8, "labels": False}
"""In place of what an example says."""


@pytest.fixture
def cache(pico: Organism, pico_cache: Path, tmp_path: Path) -> Path:
    """A cache with the organism, its truth, and words in files beside both that stand nowhere else."""
    for name in (pico.folder.path, truth_path(pico_cache, pico.card.id)):
        copy = tmp_path / "cache" / name.relative_to(pico_cache)
        copy.parent.mkdir(parents=True)
        copy.symlink_to(name)
        (copy.parent / "canary.txt").write_text(CANARY)
    (tmp_path / "canary.txt").write_text(CANARY)
    return tmp_path / "cache"


def places(cache: Path, organism: Organism) -> list[str]:
    """Ways to write where those files are."""
    truth = truth_path(cache, organism.card.id)
    canary = truth.parent / "canary.txt"
    return [
        str(canary),
        f"file://{truth}",
        f"../../truths/{truth.name}",
        "../canary.txt",
        "/etc/passwd",
        "file:///etc/passwd",
        "../" * 20 + "etc/passwd",
        f"$(cat {canary}) `cat {canary}` | cat {canary}",
        f"d000001' OR id = (SELECT text FROM read_text('{canary}')) --",
        f"{{% include '{canary}' %}} !include {canary} @{canary}",
        f"{canary}\x00.txt",
        "..%2f..%2ftruths%2fcanary.txt",
    ]


def text_fields(name: str) -> Iterator[tuple[str, bool]]:
    """The arguments of a tool that take text, and whether they take a list of it."""
    tool = next(tool for tool in all_tools() if tool.name == name)
    for field, schema in tool.parameters.model_json_schema()["properties"].items():
        for form in schema.get("anyOf", [schema]):
            if form.get("type") == "string":
                yield field, False
            elif form.get("type") == "array" and form["items"].get("type") == "string":
                yield field, True


@asynccontextmanager
async def served(organism: Organism, folder: Path) -> AsyncIterator[Client]:
    run = open_match(make_spec(organism.card.id, "pico", BrainSpec(kind=GUEST), load_rules("everything"), 0), folder)
    with GuestMatch(run, organism) as match:
        async with Client(mcp_server(match.bench.tools.values(), match.instructions, match.call, version="1")) as client:
            yield client


def contents(cache: Path, organism: Organism) -> re.Pattern[str]:
    """What stands in those files and nowhere in a name of them."""
    lines = [line for line in PASSWORDS.read_text().splitlines() if ":" in line]
    # The places that are asked for come back in prompts and errors.
    asked = "\n".join(places(cache, organism))
    secrets = [secret for secret in list_secrets(organism, "pico", cache) if secret not in asked and not Path(secret).is_absolute()]
    assert len(secrets) > 10
    return re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in (CANARY, *lines, *secrets)), re.IGNORECASE)


@pytest.mark.parametrize("name", [name for name in examples() if name != SUBMIT and list(text_fields(name))])
async def test_no_argument_reaches_a_file(name: str, pico: Organism, cache: Path, tmp_path: Path) -> None:
    organism = Organism.load(OrganismFolder(organism_folder(cache, pico.card.id).path))
    written, pattern = places(cache, organism), contents(cache, organism)
    answers: list[str] = []
    async with served(organism, tmp_path / "runs") as client:
        usual: dict[str, Any] = {key: QUICK.get(key, value) for key, value in examples()[name].items()}
        for field, many in text_fields(name):
            for value in [written] if many else written:
                given = await client.call_tool(name, usual | {field: value})
                answers += [block.text for block in given.content]
    organism.close()
    assert answers
    assert [(match[0], text[:200]) for text in answers for match in pattern.finditer(text)] == []
    assert pattern.search(f"it says: {CANARY}")


async def test_there_are_tools_and_the_brief_and_nothing_else(pico: Organism, cache: Path, tmp_path: Path) -> None:
    async with served(pico, tmp_path / "runs") as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == {tool.name for tool in all_tools()}
        assert [prompt.name for prompt in (await client.list_prompts()).prompts] == [PROMPT]
        for listing in (client.list_resources, client.list_resource_templates):
            with pytest.raises(MCPError):
                await listing()
        for place in places(cache, pico):
            for asked in (client.read_resource, client.get_prompt):
                with pytest.raises(MCPError):
                    await asked(place)
            assert (await client.call_tool(place, {"path": place})).is_error
