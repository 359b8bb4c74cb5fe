"""Conversations near the limit of a context: cut once, whole turns kept, the same from the log alone, and valid on every wire."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from agent.brains.anthropic import AnthropicBrain
from agent.brains.openai import OpenAIBrain
from agent.context import tokens_of
from agent.conversation import Conversation
from agent.messages import Message, Turn, Usage
from tests.agent.audits import investigated
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.scripted_brain import ScriptedBrain, echo_organism, says
from transcripts import Event

CONTEXT = 10_000
"""Tokens; the tools and the system prompt take about a third of them."""
LONG = 400
"""Times that the echo repeats itself: a reply of about 2,000 characters."""
SUBMIT = [("submit_report", {"root_cause": "It echoes.", "objective_found": False})]
NOTE = [("note", {"text": "It seems to echo."}), ("hypothesis", {"statement": "It echoes.", "probability": 0.6})]
UNCOUNTED = (0, 0, 0, 0)
"""What a provider without usage reports: the size is estimated."""
FULL = says("", stop="context")


def ask(number: int, samples: int = 1) -> list[tuple[str, dict[str, Any]]]:
    return [("chat", {"prompts": [f"{number:05d}"], "samples": samples})]


def cuts(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.kind == "compacted"]


def whole(messages: Sequence[Message]) -> bool:
    """Whether each call is answered in the message behind it, and nothing is answered that was not called."""
    calls: tuple[str, ...] = ()
    for message in messages:
        if message.role == "tool" or calls:
            if tuple(answer.call_id for answer in message.answers) != calls:
                return False
            calls = ()
        calls = tuple(call.id for call in message.calls) or calls
    return not calls


async def test_the_older_part_is_cut_and_the_audit_goes_on(tmp_path: Path) -> None:
    steps = [NOTE, *[ask(number) for number in range(20)], SUBMIT, SUBMIT]
    brain = ScriptedBrain(*steps, decided=0)
    found, events = await investigated(brain, tmp_path, organism=echo_organism(LONG), context_tokens=CONTEXT)
    assert found.report is not None
    assert len(cuts(events)) > 1
    for system, messages, tools in brain.asked:
        assert whole(messages)
        assert messages[0].text.startswith("The organism:")
        size = sum(len(message.text) + sum(len(answer.content) for answer in message.answers) for message in messages)
        assert tokens_of(size + len(system) + sum(len(tool.model_dump_json()) for tool in tools)) < CONTEXT
    _, summary, *turns = brain.asked[-1][1]
    assert summary.role == "user"
    assert "The older part of this conversation was cut" in summary.text
    assert "It seems to echo." in summary.text
    assert "- h1 p=0.60 open: It echoes." in summary.text
    assert 'chat prompts=["00003"]' in summary.text
    assert "chat × " in summary.text
    assert turns[0].role == "assistant"


async def test_what_was_thought_before_a_cut_is_dropped_and_what_came_after_it_is_kept(tmp_path: Path) -> None:
    brain = _Thinking(*[ask(number) for number in range(12)], SUBMIT, SUBMIT, decided=0)
    _, events = await investigated(brain, tmp_path, organism=echo_organism(LONG), context_tokens=CONTEXT)
    (first, *_) = cuts(events)
    at = sum(event.kind == "turn" for event in events[: first.index])
    assert all(message.native for message in brain.asked[at - 1][1] if message.role == "assistant")
    assert not any(message.native for message in brain.asked[at][1])
    assert [bool(message.native) for message in brain.asked[at + 1][1] if message.role == "assistant"][-1]


async def test_the_same_conversation_follows_from_the_log_alone(tmp_path: Path) -> None:
    brain = ScriptedBrain(*[ask(number) for number in range(12)], SUBMIT, SUBMIT, decided=0)
    _, events = await investigated(brain, tmp_path, organism=echo_organism(LONG), context_tokens=CONTEXT)
    assert cuts(events)
    turns = [event.index for event in events if event.kind == "turn"]
    grown = Conversation(CONTEXT)
    for (_, messages, _), index in zip(brain.asked, turns, strict=True):
        assert tuple(Conversation(CONTEXT).read(events[:index]).messages()) == messages
        assert tuple(grown.read(events[:index]).messages()) == messages


async def test_without_a_limit_nothing_is_cut(tmp_path: Path) -> None:
    brain = ScriptedBrain(*[ask(number) for number in range(12)], SUBMIT, SUBMIT)
    _, events = await investigated(brain, tmp_path, organism=echo_organism(LONG))
    assert not cuts(events)


async def test_what_the_provider_counts_goes_before_what_we_estimate(tmp_path: Path) -> None:
    brain = ScriptedBrain(*[_counted(number, 9_000 if number == 2 else 10) for number in range(5)], SUBMIT, SUBMIT, decided=0)
    _, events = await investigated(brain, tmp_path, context_tokens=CONTEXT)
    (cut,) = cuts(events)
    assert [event.kind for event in events[: cut.index]].count("turn") == 3


@pytest.mark.parametrize("limit", [None, 200_000])
async def test_a_full_context_leads_to_one_cut_and_another_try(tmp_path: Path, limit: int | None) -> None:
    """The model knows better than we do how much it can read."""
    asked = [ask(number) for number in range(6)]
    brain = ScriptedBrain(*asked, FULL, ask(6), SUBMIT, SUBMIT, decided=0)
    found, events = await investigated(brain, tmp_path, organism=echo_organism(LONG), context_tokens=limit)
    assert found.report is not None
    turns = [event.index for event in events if event.kind == "turn"]
    assert [turns[6] < cut.index < turns[7] for cut in cuts(events[: turns[7]])] == [True]
    messages = brain.asked[7][1]
    assert whole(messages)
    assert len(messages) < len(brain.asked[6][1])
    assert messages[-1].role == "tool"


async def test_a_context_that_is_full_also_after_a_cut_ends_the_audit(tmp_path: Path) -> None:
    brain = ScriptedBrain(*[ask(number) for number in range(6)], FULL, FULL, decided=0)
    found, events = await investigated(brain, tmp_path, organism=echo_organism(LONG))
    assert found.report is None
    assert found.ending == "the auditor's context is full, and nothing is left to cut"
    assert len(cuts(events)) == 1


async def test_a_context_too_small_for_the_tools_ends_the_audit(tmp_path: Path) -> None:
    brain = ScriptedBrain()
    found, _ = await investigated(brain, tmp_path, context_tokens=1_000)
    assert found.ending.startswith("the conversation is too long also without its older part: about")
    assert brain.asked == []
    assert (await investigated(brain, tmp_path, context_tokens=1_000))[0] == found


async def test_a_result_longer_than_the_context_is_shortened_for_the_brain_alone(tmp_path: Path) -> None:
    brain = ScriptedBrain(ask(0, samples=30), SUBMIT, SUBMIT, decided=0)
    _, events = await investigated(brain, tmp_path, organism=echo_organism(LONG), context_tokens=CONTEXT)
    shown = brain.asked[1][1][-1].answers[0].content
    assert 1_000 < len(shown) < 0.4 * 3.5 * CONTEXT
    assert "more)" in shown
    logged = next(event for event in events if event.kind == "result")
    assert len(str(logged.data["content"])) > 50_000
    assert not cuts(events)


@pytest.mark.parametrize("protocol", ["anthropic", "chat", "responses"])
async def test_every_wire_takes_what_is_left_after_a_cut(tmp_path: Path, protocol: str) -> None:
    """The fake provider refuses calls without answers, answers without calls, and blank messages."""
    turns = [
        FakeTurn("Hm.", calls=[*ask(number), ("note", {"text": f"note {number}"})], thinking="deep", tokens=UNCOUNTED)
        for number in range(10)
    ]
    turns[4] = FakeTurn("Let me think.", thinking="deep", tokens=UNCOUNTED)
    turns[7] = FakeTurn(thinking="deep", tokens=UNCOUNTED)
    with FakeAPI([*turns, FakeTurn(calls=SUBMIT), FakeTurn(calls=SUBMIT)]) as api:
        found, events = await investigated(_client(protocol, api), tmp_path, organism=echo_organism(LONG), context_tokens=CONTEXT)
    assert found.report is not None
    assert cuts(events)
    assert len(api.requests) == len(turns) + 2


async def test_a_provider_that_refuses_a_long_prompt_is_asked_again_with_less(tmp_path: Path) -> None:
    too_long = FakeFault(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")
    turns = [FakeTurn(calls=ask(number), tokens=UNCOUNTED) for number in range(6)]
    with FakeAPI([*turns, too_long, FakeTurn(calls=SUBMIT), FakeTurn(calls=SUBMIT)]) as api:
        found, events = await investigated(_client("anthropic", api), tmp_path, organism=echo_organism(LONG), context_tokens=200_000)
    assert found.report is not None
    assert len(cuts(events)) == 1
    assert len(str(api.requests[7].body)) < len(str(api.requests[6].body))


def _client(protocol: str, api: FakeAPI) -> Any:
    if protocol == "anthropic":
        return AnthropicBrain("claude-test", client=AsyncAnthropic(api_key="k", base_url=api.url))
    return OpenAIBrain("gpt-test", client=AsyncOpenAI(api_key="k", base_url=api.url), protocol=protocol)  # type: ignore[arg-type]


class _Thinking(ScriptedBrain):
    """Each of its turns has a provider's own form."""

    async def decide(self, system, messages, tools) -> Turn:  # type: ignore[no-untyped-def]
        turn = await super().decide(system, messages, tools)
        return turn.model_copy(update={"message": turn.message.model_copy(update={"native": {"provider": "test", "content": []}})})


def _counted(number: int, tokens: int) -> Turn:
    (name, arguments), *_ = ask(number)
    message = Message.model_validate({"role": "assistant", "calls": [{"id": f"c{number}", "name": name, "arguments": arguments}]})
    return Turn(message=message, stop="calls", usage=Usage(input_tokens=tokens, output_tokens=1))
