"""The Claude brain against a local server that speaks the Messages API."""

import random

import anthropic
import pytest

from agent.brain import Brain, BrainError, BrainSpec
from agent.brains.anthropic import AnthropicBrain, make_anthropic
from agent.messages import Message, ToolAnswer, ToolCall, ToolSpec, Usage
from agent.retry import Retries
from tests.fakes.api_server import FakeAPI, FakeFault, FakeStream, FakeTurn
from tests.fakes.api_streams import messages_events
from tests.fakes.api_wire import messages_reply

HELLO = [Message(role="user", text="Investigate.")]
TOOLS = [
    ToolSpec(name="chat", description="Talk.", parameters={"type": "object", "properties": {"prompt": {"type": "string"}}}),
    ToolSpec(name="note", description="Write.", parameters={"type": "object", "properties": {}}),
]
CACHED = {"type": "ephemeral"}


async def no_sleep(_: float) -> None:
    return None


def brain_of(api: FakeAPI, *, model: str = "claude-test", timeout: float = 5.0) -> Brain:
    # max_retries stays at the SDK's default: the brain itself has to switch it off.
    client = anthropic.AsyncAnthropic(api_key="test", base_url=api.url, timeout=timeout)
    return AnthropicBrain(model, client=client, retries=Retries(attempts=3, sleep=no_sleep, jitter=random.Random(0)))


def answers(message: Message) -> Message:
    return Message(role="tool", answers=tuple(ToolAnswer(call_id=call.id, content=f"result of {call.id}") for call in message.calls))


async def test_text_and_calls_with_usage_and_request_id() -> None:
    turn = FakeTurn("Let me ask.", calls=[("chat", {"prompt": "Hi"}), ("note", {})], tokens=(7, 100, 20, 5))
    with FakeAPI([turn]) as api:
        decided = await brain_of(api).decide("You audit.", HELLO, TOOLS)
    assert decided.stop == "calls"
    assert decided.message.text == "Let me ask."
    assert decided.message.calls == (
        ToolCall(id="toolu_0_0", name="chat", arguments={"prompt": "Hi"}),
        ToolCall(id="toolu_0_1", name="note", arguments={}),
    )
    assert decided.usage == Usage(input_tokens=7, cache_read_tokens=100, cache_write_tokens=20, output_tokens=5)
    assert decided.detail == "req_0"


async def test_what_is_sent() -> None:
    with FakeAPI([FakeTurn("Done.")]) as api:
        decided = await brain_of(api).decide("You audit.", HELLO, TOOLS)
    assert decided.stop == "end"
    sent = api.requests[0]
    assert sent.path == "/v1/messages"
    assert sent.body["stream"] is True
    assert sent.body["system"] == [{"type": "text", "text": "You audit.", "cache_control": CACHED}]
    assert sent.body["tools"] == [
        {"name": "chat", "description": "Talk.", "input_schema": TOOLS[0].parameters},
        {"name": "note", "description": "Write.", "input_schema": TOOLS[1].parameters, "cache_control": CACHED},
    ]
    assert sent.body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Investigate.", "cache_control": CACHED}]}]
    assert set(sent.body) == {"model", "max_tokens", "system", "tools", "messages", "stream"}


async def test_without_system_or_tools_neither_is_sent() -> None:
    with FakeAPI([FakeTurn("Done.")]) as api:
        await brain_of(api).decide("", HELLO, [])
    assert set(api.requests[0].body) == {"model", "max_tokens", "messages", "stream"}


async def test_answers_come_first_and_together_and_thinking_goes_back_as_it_came() -> None:
    first = FakeTurn("Asking.", calls=[("chat", {"prompt": "a"}), ("chat", {"prompt": "b"})], thinking="Which of them?")
    with FakeAPI([first, FakeTurn("Done.")]) as api:
        brain = brain_of(api)
        asked = (await brain.decide("S", HELLO, TOOLS)).message
        # A record goes through the log before it is sent back.
        asked = Message.model_validate_json(asked.model_dump_json())
        await brain.decide("S", [*HELLO, asked, answers(asked), Message(role="user", text="Half of the budget is spent.")], TOOLS)
    before, after = (request.body for request in api.requests)
    assert before["system"] == after["system"]
    assert before["tools"] == after["tools"]
    assert after["messages"][1] == {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Which of them?", "signature": "signed-0"},
            {"type": "text", "text": "Asking."},
            {"type": "tool_use", "id": "toolu_0_0", "name": "chat", "input": {"prompt": "a"}},
            {"type": "tool_use", "id": "toolu_0_1", "name": "chat", "input": {"prompt": "b"}},
        ],
    }
    assert after["messages"][2] == {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "toolu_0_0", "content": "result of toolu_0_0", "is_error": False},
            {"type": "tool_result", "tool_use_id": "toolu_0_1", "content": "result of toolu_0_1", "is_error": False},
            {"type": "text", "text": "Half of the budget is spent.", "cache_control": CACHED},
        ],
    }
    assert after["messages"][0]["content"][-1]["cache_control"] == CACHED
    assert len(after["messages"]) == 3


@pytest.mark.parametrize(
    "native", [None, {"provider": "openai", "model": "m", "items": []}, {"provider": "anthropic", "model": "other", "content": []}]
)
async def test_a_message_without_native_form_of_this_model_is_rebuilt(native: dict[str, object] | None) -> None:
    asked = Message(role="assistant", text="Asking.", calls=(ToolCall(id="c1", name="chat", arguments={"prompt": "a"}),), native=native)
    with FakeAPI([FakeTurn("Done.")]) as api:
        await brain_of(api).decide("S", [*HELLO, asked, answers(asked)], TOOLS)
    assert api.requests[0].body["messages"][1]["content"] == [
        {"type": "text", "text": "Asking."},
        {"type": "tool_use", "id": "c1", "name": "chat", "input": {"prompt": "a"}},
    ]


@pytest.mark.parametrize("empty", [FakeTurn(), FakeTurn(thinking="Nothing to say."), FakeTurn(" \n ", thinking="Hm."), FakeTurn(" \n ")])
async def test_an_empty_turn_is_left_out_and_the_nudge_joins_the_answers(empty: FakeTurn) -> None:
    with FakeAPI([FakeTurn(calls=[("note", {})]), empty, FakeTurn("Done.")]) as api:
        brain = brain_of(api)
        asked = (await brain.decide("S", HELLO, TOOLS)).message
        conversation = [*HELLO, asked, answers(asked)]
        silent = await brain.decide("S", conversation, TOOLS)
        assert silent.stop == "end"
        assert silent.message.text == ""
        await brain.decide("S", [*conversation, silent.message, Message(role="user", text="Go on.")], TOOLS)
    last = api.requests[2].body["messages"][-1]["content"]
    assert [block["type"] for block in last] == ["tool_result", "text"]


@pytest.mark.parametrize(
    ("turn", "stop", "detail"),
    [
        (FakeTurn("Half", calls=[("chat", {"prompt": "x"})], stop="truncated", thinking="t"), "truncated", "req_0"),
        (FakeTurn("No.", calls=[("chat", {"prompt": "x"})], stop="refusal", detail="cyber"), "refusal", "cyber"),
        (FakeTurn("No.", stop="refusal"), "refusal", "req_0"),
        (FakeTurn("So m", calls=[("chat", {"prompt": "x"})], stop="context"), "context", "req_0"),
        (FakeTurn("Call", calls=[("chat", "[1, 2]")]), "truncated", "arguments of chat were no JSON object"),
    ],
)
async def test_a_turn_that_breaks_off_has_no_calls_and_can_be_followed(turn: FakeTurn, stop: str, detail: str) -> None:
    with FakeAPI([turn, FakeTurn("Done.")]) as api:
        brain = brain_of(api)
        decided = await brain.decide("S", HELLO, TOOLS)
        assert (decided.stop, decided.detail) == (stop, detail)
        assert decided.message == Message(role="assistant", text=turn.text)
        again = await brain.decide("S", [*HELLO, decided.message, Message(role="user", text="Go on.")], TOOLS)
    assert again.stop == "end"


async def test_call_ids_that_a_server_repeats_become_unique_in_the_native_form_too() -> None:
    def same_each_time(_: object) -> FakeStream:
        reply = messages_reply(FakeTurn("Hm.", calls=[("chat", {}), ("note", {})], thinking="t"), 0, "claude-test")
        reply["content"][2]["id"] = "functions.chat:0"
        reply["content"][3]["id"] = ""
        return FakeStream(list(messages_events(reply)))

    with FakeAPI(same_each_time) as api:
        brain = brain_of(api)
        conversation: list[Message] = list(HELLO)
        for _ in range(3):  # the fake refuses results that fit no call
            asked = (await brain.decide("S", conversation, TOOLS)).message
            conversation += [asked, answers(asked)]
    ids = [call.id for message in conversation for call in message.calls]
    assert ids == ["functions_chat_0", "call", "functions_chat_0_2", "call_2", "functions_chat_0_3", "call_3"]
    sent = [block for message in api.requests[-1].body["messages"] for block in message["content"]]
    assert [block["id"] for block in sent if block["type"] == "tool_use"] == ids[:4]
    assert sum(block["type"] == "thinking" for block in sent) == 2


async def test_ids_of_another_provider_are_made_fit() -> None:
    asked = Message(role="assistant", calls=(ToolCall(id="functions.chat:0", name="chat", arguments={}),))
    with FakeAPI([FakeTurn("Done.")]) as api:
        await brain_of(api).decide("S", [*HELLO, asked, answers(asked)], TOOLS)
    _, use, result = (message["content"][0] for message in api.requests[0].body["messages"])
    assert use["id"] == result["tool_use_id"] == "functions_chat_0"


async def test_a_conversation_that_is_too_long_is_context() -> None:
    with FakeAPI([FakeFault(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")]) as api:
        decided = await brain_of(api).decide("S", HELLO, TOOLS)
    assert decided.stop == "context"
    assert "prompt is too long" in decided.detail


async def test_a_paused_turn_is_continued_and_summed() -> None:
    paused = FakeTurn("First.", stop="pause", thinking="t", tokens=(10, 1, 2, 5))
    with FakeAPI([paused, FakeTurn("Second.", calls=[("note", {})], tokens=(20, 3, 4, 6))]) as api:
        decided = await brain_of(api).decide("S", HELLO, TOOLS)
    assert decided.message.text == "First.\n\nSecond."
    assert decided.stop == "calls"
    assert decided.usage == Usage(input_tokens=30, cache_read_tokens=4, cache_write_tokens=6, output_tokens=11)
    continued = api.requests[1].body["messages"][-1]
    assert continued["role"] == "assistant"
    assert continued["content"][0] == {"type": "thinking", "thinking": "t", "signature": "signed-0"}
    assert decided.message.native is not None
    assert len(decided.message.native["content"]) == 4


async def test_endless_pauses_end() -> None:
    with FakeAPI(lambda _: FakeTurn("…", stop="pause")) as api, pytest.raises(BrainError, match="paused 10 times"):
        await brain_of(api).decide("S", HELLO, TOOLS)


@pytest.mark.parametrize(
    "broken",
    [
        FakeTurn("Half an answer", broken="cut"),
        FakeTurn("Half an answer", broken="unfinished"),
        FakeTurn("Half an answer", broken="error"),
        FakeTurn("Half an answer", broken="error", detail="api_error"),
        FakeTurn(calls=[("chat", '{"prompt": ]}')]),
        FakeFault(500),
        FakeFault(529, "overloaded_error"),
    ],
)
async def test_a_broken_stream_is_asked_again(broken: FakeTurn | FakeFault) -> None:
    with FakeAPI([broken, FakeTurn("Whole.")]) as api:
        decided = await brain_of(api).decide("S", HELLO, TOOLS)
        assert len(api.requests) == 2
    assert decided.message.text == "Whole."


async def test_a_stalled_stream_is_asked_again() -> None:
    with FakeAPI([FakeTurn("Half", broken="stall"), FakeTurn("Whole.")]) as api:
        decided = await brain_of(api, timeout=0.3).decide("S", HELLO, TOOLS)
    assert decided.message.text == "Whole."


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (FakeTurn("x", broken="unfinished"), "the stream ended before the message did"),
        (FakeTurn(calls=[("chat", '{"prompt": ]}')]), "Unable to parse tool parameter JSON"),
        (FakeTurn("x", broken="error", detail="api_error"), "api_error: Overloaded"),
    ],
)
async def test_what_stays_broken_is_one_line_with_the_request_id(broken: FakeTurn, says: str) -> None:
    with FakeAPI(lambda _: broken) as api:
        with pytest.raises(BrainError, match=says) as caught:
            await brain_of(api).decide("S", HELLO, TOOLS)
        assert len(api.requests) == 3
    assert "\n" not in str(caught.value)
    assert "req_2" in str(caught.value)
    assert str(caught.value).startswith("anthropic:claude-test: ")


async def test_an_answer_that_is_a_web_page_is_permanent() -> None:
    with FakeAPI(lambda _: FakeFault(200, body="<html>Welcome</html>")) as api:
        with pytest.raises(BrainError, match="check the base URL"):
            await brain_of(api).decide("S", HELLO, TOOLS)
        assert len(api.requests) == 1


async def test_nobody_else_retries() -> None:
    with FakeAPI(lambda _: FakeFault(500)) as api:
        with pytest.raises(BrainError, match="gave up after 3 tries"):
            await brain_of(api).decide("S", HELLO, TOOLS)
        assert len(api.requests) == 3


@pytest.mark.parametrize("kept", [1, 2, 5])
async def test_never_more_cache_marks_than_allowed(kept: int) -> None:
    with FakeAPI(lambda _: FakeTurn("Hm.", calls=[("note", {})])) as api:
        brain = brain_of(api)
        conversation: list[Message] = list(HELLO)
        for _ in range(kept):
            asked = (await brain.decide("S", conversation, TOOLS)).message
            conversation += [asked, answers(asked)]
    assert str(api.requests[-1].body).count("cache_control") == min(4, 2 + kept)


def test_needs_a_model() -> None:
    with pytest.raises(BrainError, match="anthropic:<model>"):
        make_anthropic(BrainSpec.parse("anthropic", base_url="http://localhost:1"))


def test_needs_a_key_unless_a_server_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(BrainError, match="anthropic:claude-test needs a key: set ANTHROPIC_API_KEY"):
        make_anthropic(BrainSpec.parse("anthropic:claude-test"))


@pytest.mark.parametrize("key", ["secret", ""])
async def test_made_from_a_spec_it_answers(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    with FakeAPI([FakeTurn("Done.")]) as api:
        decided = await make_anthropic(BrainSpec.parse("anthropic:claude-test", base_url=api.url)).decide("S", HELLO, TOOLS)
    assert decided.message.text == "Done."
    sent = api.requests[0]
    assert sent.body["model"] == "claude-test"
    assert (key or "none") in sent.headers.get("authorization", "") + sent.headers.get("x-api-key", "")
