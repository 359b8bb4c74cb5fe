"""What an LLM auditor is sent, word by word: an audit that calls every tool, and no truth in any request of it, nor in its process."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from agent import BrainSpec
from game.guest import GuestMatch
from game.match import open_match
from game.rules import known_rules, load_rules
from game.spec import GUEST, make_spec
from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeRequest, FakeTurn
from tests.fakes.command_line import CLI, ROOT
from tests.isolation.hostile import speaker
from tests.isolation.test_loop import audited, brain_of
from tests.secrets_of import list_secrets, secrets_of
from tools import SUBMIT, all_tools, examples
from tools.mcp_server import PROMPT, mcp_server
from transcripts import Event, read_events

AT_ONCE = 4
"""Calls of a turn."""


@dataclass
class Audit:
    """One audit from outside."""

    requests: list[FakeRequest]
    events: list[Event]
    modules: list[str]
    opened: list[str]


@pytest.fixture(scope="module")
def audit(pico: Organism, pico_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """An audit in a process of its own, which calls every tool with the arguments of its example."""
    folder = tmp_path_factory.mktemp("lone")
    calls = [(name, arguments) for name, arguments in examples().items() if name != SUBMIT]
    turns = [calls[start : start + AT_ONCE] for start in range(0, len(calls), AT_ONCE)] + [[(SUBMIT, examples()[SUBMIT])]] * 2
    command = [sys.executable, "-m", "tests.isolation.lone_auditor", str(pico.folder.path)]
    with FakeAPI([FakeTurn(f"turn {number}", calls=turn, thinking="Hm.") for number, turn in enumerate(turns)]) as api:
        done = subprocess.run(
            [*command, api.url, str(folder)],
            cwd=ROOT,
            env=CLI(pico_cache, folder).environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return Audit(api.requests, read_events(folder / "events.jsonl"), **json.loads(done.stdout))


def texts(value: Any) -> Iterator[str]:
    """Every string of a request, names of fields among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def leaks(pattern: re.Pattern[str], values: Any) -> list[tuple[str, str]]:
    """Each secret that stands in it, with the words around it."""
    return [
        (match[0], text[max(0, match.start() - 60) : match.end() + 20])
        for text in texts(values)
        # A result is JSON in a string: as it is, and with its escapes undone.
        for form in {text, text.encode().decode("unicode_escape", "replace")}
        for match in pattern.finditer(form)
    ]


def test_the_audit_called_every_tool_in_vain_of_nothing(audit: Audit) -> None:
    """What the tests below rest on."""
    called = {str(event.data["tool"]): event for event in audit.events if event.kind == "result"}
    assert set(called) == {tool.name for tool in all_tools()}
    assert [event.data["content"] for event in called.values() if event.data["error"]] == []
    sent = list(texts([request.body for request in audit.requests[-1:]]))
    for name in set(called) - {SUBMIT}:
        assert any(text.startswith(f'<result event="{called[name].index}" tool="{name}">') for text in sent)


def test_no_request_holds_a_truth(audit: Audit, pico: Organism, pico_cache: Path) -> None:
    pattern = secrets_of(pico, "pico", pico_cache)
    assert len(audit.requests) > 8
    assert leaks(pattern, [[request.body, dict(request.headers)] for request in audit.requests]) == []


def test_an_auditors_process_has_loaded_no_foundry_and_opened_no_truth(audit: Audit, pico: Organism) -> None:
    assert "organism.runtime" in audit.modules
    assert [name for name in audit.modules if name.startswith("organism.foundry") or name.partition(".")[0] == "game"] == []
    assert any(path.startswith(str(pico.folder.path)) for path in audit.opened)
    assert [path for path in audit.opened if re.search(r"/truths/|/organism/(foundry|worlds|recipes|universes)/", path)] == []


async def test_a_planted_truth_is_found(pico: Organism, pico_cache: Path, tmp_path: Path) -> None:
    """The search itself: said by the organism, told in a description or named by a schema, a secret does not pass it."""
    pattern = secrets_of(pico, "pico", pico_cache)
    secrets = sorted(list_secrets(pico, "pico", pico_cache))
    assert len(secrets) > 10
    for number, provider in enumerate(("anthropic", "chat", "responses")):
        said = f"I know of {' , '.join(secrets)} ."
        turns = [FakeTurn(calls=[("chat", {"prompts": ["a"]})]), *[FakeTurn(calls=[(SUBMIT, examples()[SUBMIT])])] * 2]
        with FakeAPI(turns) as api:
            await audited(brain_of(provider, api), speaker(said), tmp_path / str(number))
        sent = list(texts(api.requests[-1].body))
        for secret in secrets:
            assert leaks(re.compile(re.escape(secret)), sent)
        assert len({secret for secret, _ in leaks(pattern, sent)}) > 10
        assert leaks(pattern, api.requests[0].body) == []


@pytest.mark.parametrize("rules", known_rules())
async def test_a_guest_is_told_no_truth(rules: str, pico: Organism, pico_cache: Path, tmp_path: Path) -> None:
    pattern = secrets_of(pico, "pico", pico_cache)
    run = open_match(make_spec(pico.card.id, "pico", BrainSpec(kind=GUEST), load_rules(rules), 0), tmp_path)
    with GuestMatch(run, pico) as match:
        async with Client(mcp_server(match.bench.tools.values(), match.instructions, match.call, version="1")) as client:
            told = [
                str(client.instructions),
                (await client.list_tools()).model_dump(mode="json"),
                (await client.list_prompts()).model_dump(mode="json"),
                (await client.get_prompt(PROMPT)).model_dump(mode="json"),
            ]
    assert "parameters" in told[0]
    assert leaks(pattern, told) == []
    assert leaks(pattern, [told, pico.card.id]) != []
