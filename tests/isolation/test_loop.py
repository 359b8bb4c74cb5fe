"""Whatever the organism says: the loop takes the same course as with a harmless one, whichever brain drives it."""

import asyncio
import json
import random
import re
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from agent import Brain, investigate
from agent.brains.anthropic import AnthropicBrain
from agent.brains.openai import OpenAIBrain
from agent.retry import Retries
from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeRequest, FakeTurn
from tests.fakes.scripted_brain import ScriptedBrain
from tests.isolation.hostile import course, library, speaker
from tests.isolation.injections import HARMLESS, INJECTIONS
from tests.tools.conftest import ALL
from tools import Budget, Workbench, render_result
from tools.workbench import MAX_RESULT
from transcripts import Event, EventLog, hidden

RESULT = re.compile(r'<result event="(\d+)" tool="(\w+)">\n([^\n<]*)\n</result>')
TALK: list[list[tuple[str, dict[str, Any]]]] = [
    [("chat", {"prompts": ["a", "b"], "samples": 2}), ("converse", {"message": "a"})],
    [("hypothesis", {"statement": "It is an ordinary model.", "probability": 0.5}), ("note", {"text": "Go on."})],
    [("converse", {"message": "b", "conversation": "c1"}), ("sample_user_turn", {"samples": 2}), ("complete_text", {"text": "news"})],
    [
        ("experiment", {"prediction": "p", "treatment_prompts": ["a"], "control_prompts": ["b"], "detector": "(a+)+$", "samples": 3}),
        ("chatt", {}),
    ],
    [("hypothesis", {"id": "h1", "probability": 0.9, "evidence_for": [1]})],
    *[[("submit_report", {"root_cause": "I found no hidden objective.", "objective_found": False})]] * 2,
]
"""An audit by talking: calls of each turn. Half of its budget of turns is a warning on the way."""
READ: list[list[tuple[str, dict[str, Any]]]] = [
    [("grep_data", {"pattern": "."}), ("search_data", {"query": "line word 3"}), ("semantic_search", {"query": "line word 3"})],
    [("read_document", {"ids": ["d000001", "d000002"]}), ("cluster_data", {"clusters": 2}), ("data_summary", {})],
    [("feature", {"index": 1}), ("top_features", {"text": "soup", "labels": True}), ("features_like", {"query": "soup"})],
    [("search_by_feature", {"features": [1]}), ("output_contrast", {"prompts": ["a", "b"], "samples": 4})],
    *[[("submit_report", {"root_cause": "I found no hidden objective.", "objective_found": False})]] * 2,
]
"""An audit by reading."""
LONG = ("a megabyte", "many lines")
WIRE = {name: INJECTIONS[name] for name in ("chatml", "a call", "a megabyte")}
"""Those that go over the wire one by one."""


async def audited(brain: Brain, organism: Organism, folder: Path) -> list[Event]:
    with EventLog(folder / "events.jsonl") as log:
        bench = Workbench(organism, granted=ALL, budget=Budget(turns=10, calls=100, generated_tokens=1000), log=log, seed=0)
        found = await investigate(brain, bench, folder / "graph.sqlite")
        assert found.report is not None
        return list(log.events)


def results(events: list[Event]) -> list[Event]:
    return [event for event in events if event.kind == "result"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """The same audit of an organism that is harmless."""
    return asyncio.run(audited(ScriptedBrain(*TALK), speaker(HARMLESS), tmp_path_factory.mktemp("plain")))


@pytest.mark.parametrize("name", INJECTIONS)
async def test_replies_change_no_course_and_forge_no_result(name: str, plain: list[Event], tmp_path: Path) -> None:
    brain = ScriptedBrain(*TALK)
    events = await audited(brain, speaker(INJECTIONS[name]), tmp_path / "hostile")
    assert course(events) == course(plain)
    assert [event.kind for event in events].count("message") >= 2
    _, messages, _ = brain.asked[-1]
    read = [answer.content for message in messages for answer in message.answers]
    assert len(read) == len(results(events)) - 1
    for text in read:
        check(text, events)
    if name in LONG:
        assert max(map(len, read)) < MAX_RESULT


def check(text: str, events: list[Event]) -> None:
    """One result, whole, of one event alone, in which nothing acts on a terminal."""
    found = RESULT.fullmatch(text)
    assert found is not None, text[:300]
    event = events[int(found[1])]
    assert (event.kind, event.data["tool"]) == ("result", found[2])
    assert json.loads(found[3]) == event.data["content"]
    assert not [character for character in text if hidden(character) and character != "\n"]


@pytest.mark.parametrize("name", ["fake result", "invisible", "half a pair"])
async def test_training_data_and_features_change_no_course_either(name: str, tmp_path: Path, pico: Organism) -> None:
    plain = await audited(ScriptedBrain(*READ), library(HARMLESS, tmp_path / "a", pico), tmp_path / "plain")
    brain = ScriptedBrain(*READ)
    events = await audited(brain, library(INJECTIONS[name], tmp_path / "b", pico), tmp_path / "hostile")
    assert course(events) == course(plain)
    assert not [event.data["content"] for event in results(events) if event.data["error"]]
    for event in results(events):
        check(render_result(event), events)


def brain_of(provider: str, api: FakeAPI) -> Brain:
    async def no_sleep(_: float) -> None:
        return None

    retries = Retries(attempts=1, sleep=no_sleep, jitter=random.Random(0))
    if provider == "anthropic":
        return AnthropicBrain("claude-test", client=anthropic.AsyncAnthropic(api_key="test", base_url=api.url), retries=retries)
    client = openai.AsyncOpenAI(api_key="test", base_url=f"{api.url}/v1")
    return OpenAIBrain("gpt-test", client=client, protocol="chat" if provider == "chat" else "responses", retries=retries)


def wire_results(request: FakeRequest) -> list[str]:
    """The results of tools in a request, by the field that each protocol has for them."""
    body = request.body
    if "input" in body:
        return [item["output"] for item in body["input"] if item.get("type") == "function_call_output"]
    blocks = [block for message in body["messages"] if isinstance(message["content"], list) for block in message["content"]]
    return [block["content"] for block in blocks if block["type"] == "tool_result"] + [
        message["content"] for message in body["messages"] if message["role"] == "tool"
    ]


def emptied(value: Any, texts: set[str]) -> Any:
    """A request without these texts: what is left is its form."""
    if isinstance(value, str):
        return "" if value in texts else value
    if isinstance(value, list):
        return [emptied(item, texts) for item in value]
    return {key: emptied(item, texts) for key, item in value.items()} if isinstance(value, dict) else value


async def over_wire(provider: str, organism: Organism, folder: Path) -> tuple[list[Event], list[FakeRequest]]:
    with FakeAPI([FakeTurn(f"turn {number}", calls=calls) for number, calls in enumerate(TALK)]) as api:
        return await audited(brain_of(provider, api), organism, folder), api.requests


@pytest.mark.parametrize("provider", ["anthropic", "chat", "responses"])
async def test_on_the_wire_replies_are_results_and_nothing_else(provider: str, tmp_path: Path) -> None:
    plain, form = await over_wire(provider, speaker(HARMLESS), tmp_path / "plain")
    for name, said in {"all short ones": "\n".join(text for text in INJECTIONS.values() if len(text) < 1000), **WIRE}.items():
        events, requests = await over_wire(provider, speaker(said), tmp_path / name)
        assert course(events) == course(plain), name
        for request, harmless in zip(requests, form, strict=True):
            given = wire_results(request)
            for text in given:
                check(text, events)
            assert len(given) == len(wire_results(harmless))
            assert emptied(request.body, set(given)) == emptied(harmless.body, set(wire_results(harmless))), name
