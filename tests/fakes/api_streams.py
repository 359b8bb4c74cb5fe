"""The streams of the fake provider: an answer, as each protocol gives it in one piece, cut into its events."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.fakes.api_wire import Body


@dataclass(frozen=True)
class Wire:
    """How a protocol streams."""

    events: Callable[[Body], Iterator[Body]]
    """A whole answer as its events."""
    end: int
    """How many events come behind the answer's own parts: without them the stream is broken."""
    error: Callable[[str], Body]
    """The event of an error with that code."""
    mark: str = ""
    """What is sent behind the last event."""

    def data(self, event: Body) -> bytes:
        """An event as it goes over the wire."""
        name = f"event: {event['type']}\n" if "type" in event else ""
        return f"{name}data: {json.dumps(event)}\n\n".encode()


def messages_events(reply: Body) -> Iterator[Body]:
    """A message as a stream."""
    start = {**reply, "content": [], "stop_reason": None, "stop_details": None, "usage": {**reply["usage"], "output_tokens": 1}}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(reply["content"]):
        if block["type"] == "text":
            empty: Body = {"type": "text", "text": ""}
            deltas: list[Body] = [{"type": "text_delta", "text": block["text"]}]
        elif block["type"] == "thinking":
            empty = {"type": "thinking", "thinking": "", "signature": ""}
            deltas = [
                {"type": "thinking_delta", "thinking": block["thinking"]},
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        else:
            text = block["input"] if isinstance(block["input"], str) else json.dumps(block["input"])
            empty = {**block, "input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": part} for part in _halves(text)]
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    stop = {key: reply[key] for key in ("stop_reason", "stop_sequence", "stop_details")}
    yield {"type": "message_delta", "delta": stop, "usage": {"output_tokens": reply["usage"]["output_tokens"]}}
    yield {"type": "message_stop"}


def chat_events(reply: Body) -> Iterator[Body]:
    """A chat completion as a stream: texts and arguments in halves, the usage behind the last choice."""
    (choice,) = reply["choices"]
    message = choice["message"]
    common = {"id": reply["id"], "object": "chat.completion.chunk", "created": 0, "model": reply["model"], "usage": None}
    deltas: list[Body] = [{"role": "assistant", "content": ""}]
    deltas += [{name: half} for name in ("content", "refusal") if message[name] for half in _halves(message[name])]
    for index, call in enumerate(message.get("tool_calls", ())):
        first, second = _halves(call["function"]["arguments"])
        deltas.append({"tool_calls": [{"index": index, **call, "function": {**call["function"], "arguments": first}}]})
        deltas.append({"tool_calls": [{"index": index, "function": {"arguments": second}}]})
    for delta in deltas:
        yield {**common, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**common, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    yield {**common, "choices": [], "usage": reply["usage"]}


def responses_events(reply: Body) -> Iterator[Body]:
    """A response as a stream, without the deltas of its items: the last event holds the whole."""
    begun = {**reply, "status": "in_progress", "output": [], "usage": None, "error": None, "incomplete_details": None}
    yield {"type": "response.created", "response": begun}
    for index, item in enumerate(reply["output"]):
        yield {"type": "response.output_item.added", "output_index": index, "item": item}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": f"response.{reply['status']}", "response": reply}


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


MESSAGES = Wire(messages_events, 2, lambda code: {"type": "error", "error": {"type": code or "overloaded_error", "message": "Overloaded"}})
CHAT = Wire(chat_events, 2, lambda code: {"error": {"message": "upstream failed", "code": code or 502}}, mark="data: [DONE]\n\n")
RESPONSES = Wire(responses_events, 1, lambda code: {"type": "error", "code": code or None, "message": "upstream failed", "param": None})
