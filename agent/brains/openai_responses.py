"""OpenAI's Responses protocol, one request a turn. Nothing is stored there: reasoning comes encrypted, and we send it back."""

from collections.abc import Sequence
from typing import Any

from openai import AsyncOpenAI, AsyncStream
from openai.types.responses import Response, ResponseOutputMessage, ResponseStreamEvent, ResponseUsage

from agent.brains.call_ids import fresh_id, ids_of
from agent.brains.openai_calls import UnusableCallError, read_call, write_arguments
from agent.brains.openai_stream import id_of_request, unstreamed
from agent.messages import Message, ToolCall, ToolSpec, Turn, Usage
from agent.models import Effort
from agent.retry import BadReplyError

PROVIDER = "openai"
POLICY_ERRORS = {"bio_policy", "misalignment_policy_violation"}
"""Failures that are refusals: asked again, the provider says no again, and an audit should count it as such."""


async def ask(
    client: AsyncOpenAI,
    model: str,
    system: str,
    messages: Sequence[Message],
    tools: Sequence[ToolSpec],
    *,
    max_tokens: int | None = None,
    effort: Effort | None = None,
) -> Turn:
    """Ask for the next turn. A stream, because proxies cut connections that are silent for long.

    Raises:
        BadReplyError: HTTP 200 without an answer in it.
    """
    request: dict[str, Any] = {
        "model": model,
        "input": [item for message in messages for item in _items(message, model)],
        "store": False,
        "stream": True,
        "include": ["reasoning.encrypted_content"],
    }
    if system.strip():
        request["instructions"] = system
    if max_tokens is not None:
        request["max_output_tokens"] = max_tokens
    if effort is not None:
        request["reasoning"] = {"effort": effort}
    if tools:
        # Not strict: strict mode demands schemas in which every property is required.
        request["tools"] = [
            {"type": "function", "name": tool.name, "description": tool.description, "parameters": tool.parameters, "strict": False}
            for tool in tools
        ]
    stream = await client.responses.create(**request)
    async with stream:
        body = await unstreamed(stream)
        response = await _streamed(stream) if body is None else Response.construct(**body)
    return _turn(response, id_of_request(stream), ids_of(messages), model)


async def _streamed(stream: AsyncStream[ResponseStreamEvent]) -> Response:
    """The response that a stream ends with: completed, incomplete or failed.

    Raises:
        BadReplyError: an event is unreadable, or the stream ended before the response did.
    """
    try:
        async for event in stream:
            if event.type == "error":  # raises nothing in the SDK
                error = {"code": event.code or "server_error", "message": event.message}
                return Response.construct(status="failed", error=error, output=[])
            if event.type in ("response.completed", "response.incomplete", "response.failed"):
                return event.response
    except ValueError as error:  # the SDK's word for an event that is no JSON
        raise BadReplyError(f"unreadable stream: {error}", request_id=id_of_request(stream) or None) from error
    raise BadReplyError("the stream ended before the response did", request_id=id_of_request(stream) or None)


def _turn(response: Response, request_id: str, taken: set[str], model: str) -> Turn:
    usage = _usage(response.usage)
    text = "\n\n".join(_parts(response, "output_text"))
    message = Message(role="assistant", text=text)
    if response.status == "failed":
        code = response.error.code if response.error else "failed"
        said = response.error.message if response.error else "no reason given"
        if code in POLICY_ERRORS:
            return Turn(message=message, stop="refusal", usage=usage, detail=f"{code}: {said}")
        raise BadReplyError(f"the response failed: {code}: {said}", code=code, request_id=request_id or None)
    if response.status == "incomplete":
        reason = (response.incomplete_details.reason if response.incomplete_details else None) or "incomplete"
        stop: Any = "refusal" if reason == "content_filter" else "truncated"
        return Turn(message=message, stop=stop, usage=usage, detail=reason)
    if response.status != "completed":  # routers report an upstream error like this
        said = f": {response.error.message}" if response.error else ""
        raise BadReplyError(f"the response is {response.status}, not completed{said}", request_id=request_id or None)
    if refusals := _parts(response, "refusal"):
        return Turn(message=message, stop="refusal", usage=usage, detail=" ".join(refusals))
    # Nulls are left out: the API returns fields as null that it does not accept as null.
    items = [item.to_dict(mode="json", exclude_none=True) for item in response.output]
    try:
        calls = _calls(items, taken)
    except UnusableCallError as error:
        return Turn(message=message, stop="truncated", usage=usage, detail=str(error))
    # Reasoning alone cannot be sent back: the item that it led to has to follow it.
    native = {"provider": PROVIDER, "model": model, "items": items} if text.strip() or calls else None
    message = Message(role="assistant", text=text, calls=calls, native=native)
    return Turn(message=message, stop="calls" if calls else "end", usage=usage, detail=request_id)


def _calls(items: list[dict[str, Any]], taken: set[str]) -> tuple[ToolCall, ...]:
    """The calls among a response's items, whose ids are made fresh there too: items and answers have to agree when sent back."""
    calls: list[ToolCall] = []
    for item in items:
        if item["type"] == "function_call":
            item["call_id"] = fresh_id(item.get("call_id", ""), taken | {known.id for known in calls})
            calls.append(read_call(item["call_id"], item["name"], item.get("arguments", "")))
    return tuple(calls)


def _parts(response: Response, kind: str) -> list[str]:
    """The texts of one kind (`output_text` or `refusal`) in the response's messages."""
    parts = [
        part for item in response.output or () if isinstance(item, ResponseOutputMessage) for part in item.content if part.type == kind
    ]
    return [part.text if part.type == "output_text" else part.refusal for part in parts]


def _usage(usage: ResponseUsage | None) -> Usage:
    if usage is None:
        return Usage()
    details = usage.input_tokens_details
    read = (details.cached_tokens or 0) if details else 0
    written = (details.cache_write_tokens or 0) if details else 0
    # `input_tokens` is the whole input, ours are disjoint.
    fresh = max(0, usage.input_tokens - read - written)
    return Usage(input_tokens=fresh, cache_read_tokens=read, cache_write_tokens=written, output_tokens=usage.output_tokens)


def _items(message: Message, model: str) -> list[dict[str, Any]]:
    if message.role == "user":
        return [{"role": "user", "content": message.text}]
    if message.role == "tool":
        return [{"type": "function_call_output", "call_id": answer.call_id, "output": answer.content} for answer in message.answers]
    native = message.native or {}
    if native.get("provider") == PROVIDER and native.get("model") == model:  # only this model can read its reasoning
        return list(native["items"])
    items: list[dict[str, Any]] = [{"role": "assistant", "content": message.text}] if message.text.strip() else []
    return items + [
        {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": write_arguments(call)} for call in message.calls
    ]
