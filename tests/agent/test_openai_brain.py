"""The OpenAI brain against a local server that speaks Chat Completions and Responses."""

import random
from typing import Literal

import openai
import pytest

from agent.brain import Brain, BrainError, BrainSpec
from agent.brains.openai import OpenAIBrain, make_openai
from agent.messages import Message, ToolAnswer, ToolCall, ToolSpec, Usage
from agent.retry import Retries
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn

Protocol = Literal["chat", "responses"]
HELLO = [Message(role="user", text="Investigate.")]
TOOLS = [ToolSpec(name="chat", description="Talk.", parameters={"type": "object", "properties": {"prompt": {"type": "string"}}})]
both = pytest.mark.parametrize("protocol", ["chat", "responses"])


async def no_sleep(_: float) -> None:
    return None


def brain_of(api: FakeAPI, protocol: Protocol, *, timeout: float = 5.0) -> Brain:
    # max_retries stays at the SDK's default: the brain itself has to switch it off.
    client = openai.AsyncOpenAI(api_key="test", base_url=f"{api.url}/v1", timeout=timeout)
    return OpenAIBrain("gpt-test", client=client, protocol=protocol, retries=Retries(attempts=3, sleep=no_sleep, jitter=random.Random(0)))


def answers(message: Message) -> Message:
    return Message(role="tool", answers=tuple(ToolAnswer(call_id=call.id, content=f"result of {call.id}") for call in message.calls))


@both
async def test_text_and_calls_with_usage_and_request_id(protocol: Protocol) -> None:
    turn = FakeTurn("Let me ask.", calls=[("chat", {"prompt": "Hi"}), ("note", "")], tokens=(7, 100, 20, 5))
    with FakeAPI([turn]) as api:
        decided = await brain_of(api, protocol).decide("You audit.", HELLO, TOOLS)
    assert decided.stop == "calls"
    assert decided.message.text == "Let me ask."
    assert decided.message.calls == (
        ToolCall(id="call_0_0", name="chat", arguments={"prompt": "Hi"}),
        ToolCall(id="call_0_1", name="note", arguments={}),
    )
    assert decided.usage == Usage(input_tokens=7, cache_read_tokens=100, cache_write_tokens=20, output_tokens=5)
    assert decided.detail == "req_0"


async def test_what_is_sent_in_a_chat() -> None:
    first = FakeTurn("Asking.", calls=[("chat", {"prompt": "é"}), ("chat", {"prompt": "b"})])
    with FakeAPI([first, FakeTurn("Done.")]) as api:
        brain = brain_of(api, "chat")
        asked = (await brain.decide("S", HELLO, TOOLS)).message
        nudges = [Message(role="user", text="Half is spent."), Message(role="user", text="Go on.")]
        decided = await brain.decide("S", [*HELLO, asked, answers(asked), *nudges], TOOLS)
    assert decided.stop == "end"
    sent = api.requests[1]
    assert sent.path == "/v1/chat/completions"
    assert set(sent.body) == {"model", "messages", "tools", "stream", "stream_options"}
    assert (sent.body["stream"], sent.body["stream_options"]) == (True, {"include_usage": True})
    assert sent.body["tools"] == [{"type": "function", "function": TOOLS[0].model_dump()}]
    calls = [
        {"id": "call_0_0", "type": "function", "function": {"name": "chat", "arguments": '{"prompt": "é"}'}},
        {"id": "call_0_1", "type": "function", "function": {"name": "chat", "arguments": '{"prompt": "b"}'}},
    ]
    assert sent.body["messages"] == [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "Investigate."},
        {"role": "assistant", "content": "Asking.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "call_0_0", "content": "result of call_0_0"},
        {"role": "tool", "tool_call_id": "call_0_1", "content": "result of call_0_1"},
        {"role": "user", "content": "Half is spent.\n\nGo on."},
    ]


async def test_what_is_sent_to_responses_and_that_reasoning_goes_back_as_it_came() -> None:
    first = FakeTurn("Asking.", calls=[("chat", {"prompt": "a"})], thinking="hidden")
    with FakeAPI([first, FakeTurn("Done.")]) as api:
        brain = brain_of(api, "responses")
        asked = (await brain.decide("S", HELLO, TOOLS)).message
        # A record goes through the log before it is sent back.
        asked = Message.model_validate_json(asked.model_dump_json())
        await brain.decide("S", [*HELLO, asked, answers(asked), Message(role="user", text="Go on.")], TOOLS)
    sent = api.requests[1]
    assert sent.path == "/v1/responses"
    assert set(sent.body) == {"model", "input", "instructions", "store", "stream", "include", "tools"}
    assert sent.body["stream"] is True
    assert sent.body["store"] is False
    assert sent.body["include"] == ["reasoning.encrypted_content"]
    assert sent.body["instructions"] == "S"
    assert sent.body["tools"] == [{"type": "function", **TOOLS[0].model_dump(), "strict": False}]
    part = {"type": "output_text", "text": "Asking.", "annotations": []}
    assert sent.body["input"] == [
        {"role": "user", "content": "Investigate."},
        {"type": "reasoning", "id": "rs_0", "summary": [], "encrypted_content": "sealed-0"},
        {"type": "message", "id": "msg_0", "role": "assistant", "status": "completed", "content": [part]},
        {"type": "function_call", "id": "fc_0_0", "call_id": "call_0_0", "name": "chat", "arguments": '{"prompt": "a"}'},
        {"type": "function_call_output", "call_id": "call_0_0", "output": "result of call_0_0"},
        {"role": "user", "content": "Go on."},
    ]


@pytest.mark.parametrize(
    "native", [None, {"provider": "anthropic", "model": "gpt-test"}, {"provider": "openai", "model": "other", "items": []}]
)
async def test_responses_rebuild_a_message_without_native_form_of_this_model(native: dict[str, object] | None) -> None:
    asked = Message(role="assistant", text="Asking.", calls=(ToolCall(id="c1", name="chat", arguments={"prompt": "a"}),), native=native)
    with FakeAPI([FakeTurn("Done.")]) as api:
        await brain_of(api, "responses").decide("S", [*HELLO, asked, answers(asked)], TOOLS)
    assert api.requests[0].body["input"][1:3] == [
        {"role": "assistant", "content": "Asking."},
        {"type": "function_call", "call_id": "c1", "name": "chat", "arguments": '{"prompt": "a"}'},
    ]


@both
@pytest.mark.parametrize("empty", [FakeTurn(), FakeTurn(thinking="Nothing to say."), FakeTurn(" \n ", thinking="Hm."), FakeTurn(" \n ")])
async def test_an_empty_turn_is_left_out(protocol: Protocol, empty: FakeTurn) -> None:
    with FakeAPI([empty, FakeTurn("Done.")]) as api:
        brain = brain_of(api, protocol)
        silent = await brain.decide("", HELLO, [])
        assert silent.stop == "end"
        await brain.decide("", [*HELLO, silent.message, Message(role="user", text="Go on.")], [])
    sent = api.requests[1].body
    assert [item["role"] for item in sent.get("messages") or sent["input"]] in (["user"], ["user", "user"])


@both
@pytest.mark.parametrize(
    ("turn", "stop", "detail"),
    [
        (FakeTurn("Half", calls=[("chat", '{"prom')], stop="truncated"), "truncated", {"chat": "req_0", "responses": "max_output_tokens"}),
        (FakeTurn("No.", stop="refusal", detail="I will not."), "refusal", "I will not."),
        (FakeTurn("Call", calls=[("note", {}), ("chat", '{"prompt": ')]), "truncated", "arguments of chat were no JSON object"),
        (FakeTurn("Call", calls=[("chat", "[1, 2]")]), "truncated", "arguments of chat were no JSON object"),
        (FakeTurn("Call", calls=[("chat", "[" * 100_000)]), "truncated", "arguments of chat were no JSON object"),
    ],
)
async def test_a_turn_that_breaks_off_has_no_calls_and_can_be_followed(
    protocol: Protocol, turn: FakeTurn, stop: str, detail: str | dict[str, str]
) -> None:
    with FakeAPI([turn, FakeTurn("Done.")]) as api:
        brain = brain_of(api, protocol)
        decided = await brain.decide("S", HELLO, TOOLS)
        assert (decided.stop, decided.detail) == (stop, detail if isinstance(detail, str) else detail[protocol])
        assert decided.message == Message(role="assistant", text=turn.text)
        again = await brain.decide("S", [*HELLO, decided.message, Message(role="user", text="Go on.")], TOOLS)
    assert again.stop == "end"


@both
async def test_arguments_nested_too_deep_for_any_log_are_cut(protocol: Protocol) -> None:
    with FakeAPI([FakeTurn("Deep", calls=[("chat", '{"prompts": ' + "[" * 500 + "]" * 500 + "}")])]) as api:
        decided = await brain_of(api, protocol).decide("S", HELLO, TOOLS)
    (call,) = decided.message.calls
    assert "nested too deep" in str(call.arguments)


@pytest.mark.parametrize(
    ("protocol", "turn", "detail"),
    [
        ("chat", FakeTurn("No.", stop="refusal"), "content_filter"),
        ("responses", FakeTurn("No.", stop="truncated", detail="content_filter"), "content_filter"),
        ("responses", FakeTurn(broken="failed", detail="misalignment_policy_violation"), "misalignment_policy_violation: upstream failed"),
        ("responses", FakeTurn(broken="error", detail="bio_policy"), "bio_policy: upstream failed"),
    ],
)
async def test_filters_are_refusals(protocol: Protocol, turn: FakeTurn, detail: str) -> None:
    with FakeAPI([turn]) as api:
        decided = await brain_of(api, protocol).decide("S", HELLO, TOOLS)
    assert (decided.stop, decided.detail) == ("refusal", detail)


@both
async def test_a_conversation_that_is_too_long_is_context(protocol: Protocol) -> None:
    with FakeAPI([FakeFault(400, "context_length_exceeded", "too long")]) as api:
        decided = await brain_of(api, protocol).decide("S", HELLO, TOOLS)
    assert decided.stop == "context"


@both
@pytest.mark.parametrize(
    "broken",
    [
        FakeTurn("Half an answer", broken="cut"),
        FakeTurn("Half an answer", broken="unfinished"),
        FakeTurn("Half an answer", calls=[("chat", {"prompt": "Hi"})], broken="cut"),
        FakeTurn("Half an answer", calls=[("chat", {"prompt": "Hi"})], broken="unfinished"),
        FakeTurn("Half an answer", broken="error"),
        FakeTurn("Half an answer", broken="error", detail="server_error"),
        FakeTurn("Half an answer", broken="error", detail="rate_limit_exceeded"),
        FakeFault(500),
        FakeFault(429, "rate_limit_exceeded"),
    ],
)
async def test_a_broken_answer_is_asked_again(protocol: Protocol, broken: FakeTurn | FakeFault) -> None:
    with FakeAPI([broken, FakeTurn("Whole.")]) as api:
        decided = await brain_of(api, protocol).decide("S", HELLO, TOOLS)
        assert len(api.requests) == 2
    assert decided.message.text == "Whole."


@both
async def test_a_stalled_answer_is_asked_again(protocol: Protocol) -> None:
    with FakeAPI([FakeTurn("Half", broken="stall"), FakeTurn("Whole.")]) as api:
        decided = await brain_of(api, protocol, timeout=0.3).decide("S", HELLO, TOOLS)
    assert decided.message.text == "Whole."


@both
async def test_an_answer_that_is_a_web_page_is_permanent(protocol: Protocol) -> None:
    with FakeAPI(lambda _: FakeFault(200, body="<html>Welcome</html>")) as api:
        with pytest.raises(BrainError, match="check the base URL"):
            await brain_of(api, protocol).decide("S", HELLO, TOOLS)
        assert len(api.requests) == 1


@both
async def test_nobody_else_retries(protocol: Protocol) -> None:
    with FakeAPI(lambda _: FakeFault(500)) as api:
        with pytest.raises(BrainError, match="gave up after 3 tries"):
            await brain_of(api, protocol).decide("S", HELLO, TOOLS)
        assert len(api.requests) == 3


def test_needs_a_model() -> None:
    with pytest.raises(BrainError, match="openai:<model>"):
        make_openai(BrainSpec.parse("openai", base_url="http://localhost:1"))


def test_needs_a_key_unless_a_server_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(BrainError, match="openai:gpt-test needs a key: set OPENAI_API_KEY"):
        make_openai(BrainSpec.parse("openai:gpt-test"))


@pytest.mark.parametrize("key", ["secret", ""])
async def test_a_server_of_ones_own_is_asked_by_chat(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with FakeAPI([FakeTurn("Done.")]) as api:
        decided = await make_openai(BrainSpec.parse("openai:gpt-test", base_url=api.url)).decide("S", HELLO, TOOLS)
    assert decided.message.text == "Done."
    assert api.requests[0].path == "/chat/completions"
    assert api.requests[0].headers["authorization"] == f"Bearer {key or 'none'}"


async def test_openai_itself_is_asked_by_responses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    with FakeAPI([FakeTurn("Done.")]) as api:
        monkeypatch.setenv("OPENAI_BASE_URL", api.url)  # the SDK's own variable, in place of the real address
        decided = await make_openai(BrainSpec.parse("openai:gpt-test")).decide("S", HELLO, TOOLS)
    assert decided.message.text == "Done."
    assert api.requests[0].path == "/responses"
