"""OpenAI's Chat Completions protocol, as any compatible server speaks it (vLLM, llama.cpp, routers): one request, one turn."""

from collections.abc import Sequence
from typing import Any

from openai import AsyncOpenAI
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionMessage

from agent.brains.call_ids import fresh_id, ids_of
from agent.brains.openai_calls import UnusableCallError, read_call, write_arguments
from agent.brains.openai_stream import completion_body, id_of_request, unstreamed
from agent.messages import Message, ToolCall, ToolSpec, Turn, Usage
from agent.models import Effort
from agent.retry import BadReplyError


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

    Without `max_tokens` no output limit is sent: servers count it against their context, and refuse one that does not fit.

    Raises:
        BadReplyError: HTTP 200 without an answer in it.
    """
    request: dict[str, Any] = {"model": model, "messages": _conversation(system, messages)}
    request |= {"stream": True, "stream_options": {"include_usage": True}}
    if max_tokens is not None:
        request["max_tokens"] = max_tokens
    if effort is not None:
        request["reasoning_effort"] = effort
    if tools:
        request["tools"] = [
            {"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters}}
            for tool in tools
        ]
    stream = await client.chat.completions.create(**request)
    async with stream:
        body = await unstreamed(stream)
        if body is None:
            body = await completion_body(stream)
    return _turn(ChatCompletion.construct(**body), id_of_request(stream), ids_of(messages))


def _turn(completion: ChatCompletion, request_id: str, taken: set[str]) -> Turn:
    if not completion.choices:  # routers report an upstream error like this
        said = (completion.model_extra or {}).get("error", "it has no choices")
        raise BadReplyError(f"the answer is empty: {said}", request_id=request_id or None)
    choice = completion.choices[0]
    usage = _usage(completion.usage)
    # A compatible server may say what the SDK's type does not list, or nothing.
    reason: str | None = choice.finish_reason
    text = choice.message.content or ""
    if reason == "error":
        raise BadReplyError("the server broke the answer off with an error", request_id=request_id or None)
    if reason == "content_filter" or choice.message.refusal:
        detail = choice.message.refusal or "content_filter"
        return Turn(message=Message(role="assistant", text=text), stop="refusal", usage=usage, detail=detail)
    if reason == "length":
        return Turn(message=Message(role="assistant", text=text), stop="truncated", usage=usage, detail=request_id)
    try:
        calls = _calls(choice.message, taken)
    except UnusableCallError as error:
        return Turn(message=Message(role="assistant", text=text), stop="truncated", usage=usage, detail=str(error))
    message = Message(role="assistant", text=text, calls=calls)
    # The calls themselves decide: some servers send them under finish_reason "stop".
    return Turn(message=message, stop="calls" if calls else "end", usage=usage, detail=request_id)


def _calls(message: ChatCompletionMessage, taken: set[str]) -> tuple[ToolCall, ...]:
    calls: list[ToolCall] = []
    for call in message.tool_calls or ():
        if call.type != "function":
            continue
        call_id = fresh_id(call.id or "", taken | {known.id for known in calls})
        calls.append(read_call(call_id, call.function.name, call.function.arguments or ""))
    return tuple(calls)


def _usage(usage: CompletionUsage | None) -> Usage:
    if usage is None:
        return Usage()
    details = usage.prompt_tokens_details
    read = (details.cached_tokens or 0) if details else 0
    written = (details.cache_write_tokens or 0) if details else 0
    # `prompt_tokens` is the whole prompt, ours are disjoint.
    fresh = max(0, usage.prompt_tokens - read - written)
    return Usage(input_tokens=fresh, cache_read_tokens=read, cache_write_tokens=written, output_tokens=usage.completion_tokens)


def _conversation(system: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The messages on the wire; neighbouring user messages become one, since many chat templates insist that roles alternate."""
    wire: list[dict[str, Any]] = [{"role": "system", "content": system}] if system.strip() else []
    for message in messages:
        if message.role == "tool":
            wire += [{"role": "tool", "tool_call_id": answer.call_id, "content": answer.content} for answer in message.answers]
        elif message.role == "assistant":
            if message.text.strip() or message.calls:
                wire.append(_assistant(message))
        elif wire and wire[-1]["role"] == "user":
            wire[-1]["content"] += "\n\n" + message.text
        else:
            wire.append({"role": "user", "content": message.text})
    return wire


def _assistant(message: Message) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": "assistant", "content": message.text or None}
    if message.calls:
        wire["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": write_arguments(call)}}
            for call in message.calls
        ]
    return wire
