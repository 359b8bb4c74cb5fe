"""The wire forms of the fake provider: one scripted turn as each of the three protocols gives it in one piece."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Body = dict[str, Any]


@dataclass(frozen=True)
class FakeTurn:
    """One answer, whatever the protocol."""

    text: str = ""
    calls: Sequence[tuple[str, Body | str]] = ()
    """(tool, arguments); arguments that are a string go over the wire as they are, so they can be broken JSON."""
    stop: Literal["auto", "truncated", "refusal", "context", "pause"] = "auto"
    """`auto`: calls if there are any, else end. `context` and `pause` exist at Anthropic only."""
    detail: str = ""
    """Category or words of a refusal."""
    thinking: str = ""
    """A thinking block, or an encrypted reasoning item."""
    tokens: tuple[int, int, int, int] = (10, 0, 0, 5)
    """Input, read from cache, written to cache, output; disjoint."""
    broken: Literal["", "cut", "stall", "unfinished", "error", "failed"] = ""
    """How the answer breaks under HTTP 200: connection reset in the middle · silence for a second · an orderly end before the
    message's end (a half JSON body where nothing is streamed) · an error in place of the rest, its code in `detail` · a response
    that says it failed (Responses only)."""


def messages_reply(turn: FakeTurn, number: int, model: str) -> Body:
    """The answer as Anthropic's Messages API gives it; unparsed arguments stay text for the stream."""
    content: list[Body] = []
    if turn.thinking:
        content.append({"type": "thinking", "thinking": turn.thinking, "signature": f"signed-{number}"})
    if turn.text:
        content.append({"type": "text", "text": turn.text})
    content += [
        {"type": "tool_use", "id": f"toolu_{number}_{k}", "name": name, "input": given} for k, (name, given) in enumerate(turn.calls)
    ]
    names = {"truncated": "max_tokens", "refusal": "refusal", "context": "model_context_window_exceeded", "pause": "pause_turn"}
    fresh, read, written, output = turn.tokens
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": names.get(turn.stop, "tool_use" if turn.calls else "end_turn"),
        "stop_sequence": None,
        "stop_details": {"type": "refusal", "category": turn.detail or None, "explanation": None} if turn.stop == "refusal" else None,
        "usage": {"input_tokens": fresh, "cache_read_input_tokens": read, "cache_creation_input_tokens": written, "output_tokens": output},
    }


def chat_reply(turn: FakeTurn, number: int, model: str) -> Body:
    """The answer as a chat completion."""
    if turn.broken == "error":
        return {"error": {"message": "upstream failed", "code": 502}}
    calls = [{"id": f"call_{number}_{k}", "type": "function", "function": _function(*call)} for k, call in enumerate(turn.calls)]
    names = {"truncated": "length", "refusal": "content_filter"}
    message = {"role": "assistant", "content": turn.text or None, "refusal": turn.detail or None}
    fresh, read, written, output = turn.tokens
    prompt = fresh + read + written
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {**message, "tool_calls": calls} if calls else message,
                "finish_reason": names.get(turn.stop, "tool_calls" if calls else "stop"),
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": output,
            "total_tokens": prompt + output,
            "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
        },
    }


def text_reply(turn: FakeTurn, number: int, model: str) -> Body:
    """The answer as a plain completion."""
    whole = chat_reply(turn, number, model)
    if "choices" not in whole:
        return whole
    choice = {"index": 0, "text": turn.text, "logprobs": None, "finish_reason": whole["choices"][0]["finish_reason"]}
    return whole | {"object": "text_completion", "choices": [choice]}


def embeddings_reply(turn: FakeTurn, number: int, model: str) -> Body:
    """The answer as embeddings, which are the JSON of the turn's text."""
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(json.loads(turn.text))]
    # The order is not promised.
    return {"object": "list", "model": model, "data": data[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def responses_reply(turn: FakeTurn, number: int, model: str) -> Body:
    """The answer as a response."""
    output: list[Body] = []
    if turn.thinking:
        output.append({"type": "reasoning", "id": f"rs_{number}", "summary": [], "encrypted_content": f"sealed-{number}", "status": None})
    parts: list[Body] = [{"type": "output_text", "text": turn.text, "annotations": []}] if turn.text else []
    if turn.stop == "refusal":
        parts.append({"type": "refusal", "refusal": turn.detail or "I cannot help with that."})
    if parts:
        output.append({"type": "message", "id": f"msg_{number}", "role": "assistant", "status": "completed", "content": parts})
    for k, call in enumerate(turn.calls):
        output.append({"type": "function_call", "id": f"fc_{number}_{k}", "call_id": f"call_{number}_{k}", **_function(*call)})
    failed, cut = turn.broken in ("error", "failed"), turn.stop == "truncated"
    fresh, read, written, tokens = turn.tokens
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 0,
        "model": model,
        "status": "failed" if failed else "incomplete" if cut else "completed",
        "error": {"code": turn.detail or "server_error", "message": "upstream failed"} if failed else None,
        "incomplete_details": {"reason": turn.detail or "max_output_tokens"} if cut else None,
        "output": output,
        "usage": {
            "input_tokens": fresh + read + written,
            "input_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
            "output_tokens": tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": fresh + read + written + tokens,
        },
    }


def _function(name: str, arguments: Body | str) -> Body:
    return {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)}
