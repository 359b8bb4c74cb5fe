"""What servers that speak OpenAI's protocols send beyond what is documented: streams of odd pieces, and answers that are no stream."""

from typing import Any

import pytest

from agent.brain import BrainError
from agent.messages import Message, ToolCall, Turn, Usage
from tests.agent.test_openai_brain import HELLO, TOOLS, Protocol, answers, both, brain_of
from tests.fakes.api_server import FakeAPI, FakeFault, FakeStream, FakeTurn
from tests.fakes.api_wire import chat_reply, responses_reply

WHOLE = FakeTurn("Let me ask.", calls=[("chat", {"prompt": "Hi"})], tokens=(7, 100, 20, 5))
CALL = {"id": "a", "type": "function", "function": {"name": "chat", "arguments": '{"prompt": 1}'}}


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


async def decided(script: list[FakeTurn | FakeFault | FakeStream], protocol: Protocol = "chat") -> Turn:
    with FakeAPI(script) as api:
        turn = await brain_of(api, protocol).decide("S", HELLO, TOOLS)
        assert len(api.requests) == len(script)
    return turn


@both
async def test_a_server_that_does_not_stream_is_understood(protocol: Protocol) -> None:
    form = chat_reply if protocol == "chat" else responses_reply
    turn = await decided([FakeFault(200, body=form(WHOLE, 0, "gpt-test"))], protocol)
    assert turn == await decided([WHOLE], protocol)
    assert turn.usage == Usage(input_tokens=7, cache_read_tokens=100, cache_write_tokens=20, output_tokens=5)


@both
@pytest.mark.parametrize("body", [{"error": {"message": "upstream failed", "code": 502}}, {}])
async def test_json_without_an_answer_is_asked_again(protocol: Protocol, body: dict[str, Any]) -> None:
    assert (await decided([FakeFault(200, body=body), FakeTurn("Whole.")], protocol)).message.text == "Whole."


@pytest.mark.parametrize(
    "pieces",
    [
        [{**CALL, "index": 0}, {**CALL, "id": "b", "index": 0}],  # each call whole, under the same index
        [CALL, {**CALL, "id": "b"}],  # no index at all
        [{**CALL, "index": 0}, {**CALL, "id": "b", "index": 7}],
        [
            {**CALL, "index": 0, "function": {"name": "chat", "arguments": '{"prompt"'}},
            {"id": "a", "index": 0, "function": {"name": "chat", "arguments": ": 1}"}},  # id and name in each piece
            {**CALL, "id": "b", "index": 1},
        ],
        [
            {**CALL, "index": 0, "function": {"name": "chat", "arguments": None}},
            {**CALL, "id": "b", "index": 1, "function": {"name": "chat"}},
            {"index": 1, "function": {"arguments": '{"prompt": 1}'}},
            {"index": 0, "function": {"arguments": '{"prompt": 1}'}},
        ],
    ],
)
async def test_calls_are_put_together_however_they_are_cut(pieces: list[dict[str, Any]]) -> None:
    events = [*(chunk({"tool_calls": [piece]}) for piece in pieces), chunk({}, "tool_calls")]
    turn = await decided([FakeStream(events)])
    assert turn.message.calls == tuple(ToolCall(id=name, name="chat", arguments={"prompt": 1}) for name in "ab")
    together = [chunk({"tool_calls": pieces}), chunk({}, "stop")]
    assert (await decided([FakeStream(together)])).message.calls == turn.message.calls


async def test_usage_is_the_last_that_was_sent_and_may_be_missing() -> None:
    counted = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    growing = [chunk({"content": "H"}, usage=counted), chunk({"content": "i"}, "stop", usage=counted | {"completion_tokens": 2})]
    turn = await decided([FakeStream(growing)])
    assert turn.message.text == "Hi"
    assert turn.usage == Usage(input_tokens=9, output_tokens=2)
    assert (await decided([FakeStream([chunk({"content": "Hi"}, "stop")])])).usage == Usage()


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{"object": "chat.completion.chunk", "choices": []}],
        [chunk({"content": "Half"})],
        [chunk({"content": "Half"}), {"error": {"message": "upstream failed", "code": 502}}],
        [chunk({"content": "Half"}, "error")],
        [{"id": "comment without choices"}],
    ],
)
async def test_a_stream_without_an_end_is_asked_again(events: list[dict[str, Any]]) -> None:
    assert (await decided([FakeStream(events), FakeTurn("Whole.")])).message.text == "Whole."


async def test_an_error_in_a_stream_is_permanent_where_waiting_does_not_help() -> None:
    for code in ("insufficient_quota", 400):
        events = [chunk({"content": "Half"}), {"error": {"message": "no more", "code": code}}]
        with FakeAPI(lambda _, events=events: FakeStream(events)) as api:
            with pytest.raises(BrainError, match=f"openai:gpt-test: error in the stream {code}: no more"):
                await brain_of(api, "chat").decide("S", HELLO, TOOLS)
            assert len(api.requests) == 1


@both
async def test_a_full_context_in_a_stream_is_context(protocol: Protocol) -> None:
    assert (await decided([FakeTurn("x", broken="error", detail="context_length_exceeded")], protocol)).stop == "context"


@both
async def test_call_ids_that_a_server_repeats_or_leaves_out_become_unique(protocol: Protocol) -> None:
    def counting_from_zero(_: object) -> FakeStream:
        if protocol == "chat":
            return FakeStream(
                [chunk({"tool_calls": [{**CALL, "id": "functions.chat:0", "index": 0}, {**CALL, "id": "", "index": 1}]}, "stop")]
            )
        item = {"type": "function_call", "call_id": "functions.chat:0", "name": "chat", "arguments": "{}"}
        whole = responses_reply(FakeTurn(), 0, "gpt-test") | {"output": [item, {**item, "call_id": ""}]}
        return FakeStream([{"type": "response.completed", "response": whole}])

    with FakeAPI(counting_from_zero) as api:
        conversation: list[Message] = list(HELLO)
        for _ in range(3):  # the fake refuses answers that fit no call
            turn = await brain_of(api, protocol).decide("S", conversation, TOOLS)
            assert turn.stop == "calls"  # whatever finish_reason says
            conversation += [turn.message, answers(turn.message)]
    ids = [call.id for message in conversation for call in message.calls]
    assert ids == ["functions_chat_0", "call", "functions_chat_0_2", "call_2", "functions_chat_0_3", "call_3"]


@pytest.mark.parametrize(("code", "requests"), [("invalid_prompt", 1), ("server_error", 3)])
@pytest.mark.parametrize("broken", ["error", "failed"])
async def test_a_response_that_fails_is_asked_again_where_that_can_help(broken: Any, code: str, requests: int) -> None:
    says = rf"^openai:gpt-test: the response failed: {code}: upstream failed \(request req_{requests - 1}\)"
    with FakeAPI(lambda _: FakeTurn("Half", broken=broken, detail=code)) as api:
        with pytest.raises(BrainError, match=says):
            await brain_of(api, "responses").decide("S", HELLO, TOOLS)
        assert len(api.requests) == requests


async def test_a_cut_response_is_truncated_and_keeps_its_usage() -> None:
    turn = await decided([FakeTurn("Half", stop="truncated", tokens=(7, 0, 0, 5))], "responses")
    assert (turn.stop, turn.detail, turn.message.text) == ("truncated", "max_output_tokens", "Half")
    assert turn.usage == Usage(input_tokens=7, output_tokens=5)


@both
async def test_an_unreadable_event_is_asked_again(protocol: Protocol) -> None:
    torn = FakeFault(200, headers={"content-type": "text/event-stream"}, body='data: {"choices": [\n\ndata: [DONE]\n\n')
    assert (await decided([torn, FakeTurn("Whole.")], protocol)).message.text == "Whole."
