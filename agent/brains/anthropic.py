"""The brain that asks Claude (Anthropic's Messages API, streamed). It knows the wire form of a conversation, not what is talked about."""

import os
from collections.abc import Sequence
from typing import Any

from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient
from anthropic.types import Message as Reply

from agent.brain import Brain, BrainError, BrainSpec
from agent.brains.call_ids import fresh_id, ids_of, plain_id
from agent.messages import Message, ToolCall, ToolSpec, Turn, Usage
from agent.models import CacheLife, Effort, find_model
from agent.retry import BadReplyError, Retries, is_context_full

PROVIDER = "anthropic"
BUDGETS: dict[Effort, int] = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 24_576, "max": 30_720}
"""Tokens that a model thinks in at most, of those that are told so and not how hard to think."""
INTERLEAVED = {"anthropic-beta": "interleaved-thinking-2025-05-14"}
"""Makes those models think between their calls too, and not only before the first."""
MAX_PAUSES = 10
"""Continuations of one paused turn; only server-side tools pause, and an auditor has none."""
MAX_TOKENS = 32_000
"""Of one turn, thinking included; every current model allows as much."""
Block = dict[str, Any]


class AnthropicBrain:
    """Decides with Claude.

    Args:
        model: its name.
        client: of the API or of a server that speaks its protocol.
        retries: of a request that failed.
        max_tokens: of one turn.
        effort: how hard it thinks; None: the model's own default.
        by_budget: whether it is told that in tokens, as models before the effort are.
        cache: how long the provider keeps the prompt.
    """

    def __init__(
        self,
        model: str,
        *,
        client: AsyncAnthropic,
        retries: Retries | None = None,
        max_tokens: int = MAX_TOKENS,
        effort: Effort | None = None,
        by_budget: bool = False,
        cache: CacheLife = "5m",
    ):
        self._model = model
        self._client = client.with_options(max_retries=0)
        self._retries = retries or Retries()
        self._options = {"max_tokens": max_tokens, **_thinking(effort, max_tokens, by_budget)}
        self._mark = {"type": "ephemeral"} if cache == "5m" else {"type": "ephemeral", "ttl": cache}

    async def decide(self, system: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """See `Brain.decide`."""
        request: dict[str, Any] = {"model": self._model, **self._options}
        if system.strip():
            request["system"] = [{"type": "text", "text": system, "cache_control": self._mark}]
        if tools:
            request["tools"] = _tools(tools, self._mark)
        conversation = _with_cache_marks(_conversation(messages, self._model), self._mark)
        who = f"{PROVIDER}:{self._model}"
        blocks: list[Block] = []
        usage = Usage()
        for _ in range(MAX_PAUSES):
            request["messages"] = [*conversation, {"role": "assistant", "content": blocks}] if blocks else conversation
            try:
                reply, request_id = await self._retries.run(lambda: self._ask(request), who)
            except BrainError as error:
                if is_context_full(error.__cause__):
                    return Turn(message=Message(role="assistant"), stop="context", usage=usage, detail=str(error))
                raise
            blocks += [block.to_dict(mode="json", exclude_none=True, warnings=False) for block in reply.content]
            usage = _sum(usage, reply)
            if reply.stop_reason != "pause_turn":
                return self._turn(reply, blocks, usage, request_id, ids_of(messages))
        raise BrainError(f"{who}: the model paused {MAX_PAUSES} times in one turn; use another model")

    async def _ask(self, request: dict[str, Any]) -> tuple[Reply, str]:
        """One request. A stream, because an answer may take longer than a silent connection lives."""
        async with self._client.messages.stream(**request) as stream:
            if "text/event-stream" not in stream.response.headers.get("content-type", ""):  # a web page would pass for an empty stream
                raise BadReplyError("the answer is no stream of events; check the base URL (it ends before /v1)", code="not_an_api")
            complete = False
            try:
                async for event in stream:
                    complete = complete or event.type == "message_stop"
            except ValueError as error:  # the SDK's word for tool arguments (or an event) that are no JSON
                raise BadReplyError(f"unreadable stream: {error}", request_id=stream.request_id) from error
            if not complete:  # the SDK takes an early end of the stream for a good one
                raise BadReplyError("the stream ended before the message did", request_id=stream.request_id)
            return await stream.get_final_message(), stream.request_id or ""

    def _turn(self, reply: Reply, blocks: list[Block], usage: Usage, request_id: str, taken: set[str]) -> Turn:
        text = "\n\n".join(block["text"] for block in blocks if _is_text(block))
        if reply.stop_reason == "refusal":
            details = reply.stop_details
            said = ": ".join(part for part in (details.category, details.explanation) if part) if details else ""
            return _callless(text, "refusal", usage, said or request_id)
        if reply.stop_reason == "max_tokens":
            return _callless(text, "truncated", usage, request_id)
        if reply.stop_reason == "model_context_window_exceeded":
            return _callless(text, "context", usage, request_id)
        uses = [block for block in blocks if block["type"] == "tool_use"]
        for use in uses:
            if not isinstance(use["input"], dict):
                return _callless(text, "truncated", usage, f"arguments of {use['name']} were no JSON object")
            use["id"] = fresh_id(use["id"], taken)
            taken.add(use["id"])
        calls = tuple(ToolCall(id=use["id"], name=use["name"], arguments=use["input"]) for use in uses)
        # Thinking alone cannot be sent back (a message may not end with it), nor can blank text.
        content = [block for block in blocks if block["type"] != "text" or _is_text(block)]
        native = {"provider": PROVIDER, "model": self._model, "content": content} if text or calls else None
        message = Message(role="assistant", text=text, calls=calls, native=native)
        return Turn(message=message, stop="calls" if calls else "end", usage=usage, detail=request_id)


def _thinking(effort: Effort | None, max_tokens: int, by_budget: bool) -> dict[str, Any]:
    """The fields of a request that say how hard to think."""
    if effort is None:
        return {}
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if by_budget:
        budget = min(BUDGETS[effort], max_tokens // 2)  # something has to be left for the answer
        return {"thinking": {"type": "enabled", "budget_tokens": budget}, "extra_headers": INTERLEAVED}
    # Some models think only when told so, whatever the effort.
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}


def _callless(text: str, stop: Any, usage: Usage, detail: str) -> Turn:
    """A turn that broke off: no native form, because half a call or unsigned thinking would be refused when sent back."""
    return Turn(message=Message(role="assistant", text=text), stop=stop, usage=usage, detail=detail)


def _is_text(block: Block) -> bool:
    return block["type"] == "text" and bool(block["text"].strip())


def _sum(usage: Usage, reply: Reply) -> Usage:
    return Usage(
        input_tokens=usage.input_tokens + reply.usage.input_tokens,
        cache_read_tokens=usage.cache_read_tokens + (reply.usage.cache_read_input_tokens or 0),
        cache_write_tokens=usage.cache_write_tokens + (reply.usage.cache_creation_input_tokens or 0),
        output_tokens=usage.output_tokens + reply.usage.output_tokens,
    )


def _tools(tools: Sequence[ToolSpec], mark: Block) -> list[Block]:
    wire: list[Block] = [{"name": tool.name, "description": tool.description, "input_schema": tool.parameters} for tool in tools]
    wire[-1]["cache_control"] = mark
    return wire


def _conversation(messages: Sequence[Message], model: str) -> list[Block]:
    """The messages as the API wants them: roles alternate, so what follows tool answers (a nudge, say) joins their message, behind them."""
    wire: list[Block] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        content = _content(message, model)
        if not content:  # an empty assistant turn cannot be sent
            continue
        if wire and wire[-1]["role"] == role:
            wire[-1]["content"] += content
        else:
            wire.append({"role": role, "content": content})
    return wire


def _content(message: Message, model: str) -> list[Block]:
    native = message.native or {}
    if native.get("provider") == PROVIDER and native.get("model") == model:  # another model's thinking is not ours to sign
        return [dict(block) for block in native["content"]]
    content: list[Block] = [
        {"type": "tool_result", "tool_use_id": plain_id(answer.call_id), "content": answer.content, "is_error": answer.is_error}
        for answer in message.answers
    ]
    if message.text.strip():
        content.append({"type": "text", "text": message.text})
    content += [{"type": "tool_use", "id": plain_id(call.id), "name": call.name, "input": call.arguments} for call in message.calls]
    return content


def _with_cache_marks(wire: list[Block], mark: Block) -> list[Block]:
    """Mark where the cached prefix may end: the last user message, and the one before it, where the previous request wrote the cache.

    The older mark matters after a turn of many calls: from a mark, the cache looks back only some twenty blocks.
    """
    users = [message for message in wire if message["role"] == "user"]
    for message in users[-2:]:
        message["content"][-1] = {**message["content"][-1], "cache_control": mark}
    return wire


def make_anthropic(spec: BrainSpec) -> Brain:
    """Make the brain `anthropic:<model>`; the key comes from ANTHROPIC_API_KEY (a server at `base_url` may need none).

    Raises:
        BrainError: the model or the key is missing.
    """
    if not spec.model:
        raise BrainError("this brain needs a model: anthropic:<model>")
    key = os.environ.get("ANTHROPIC_API_KEY")
    if not key and spec.base_url is None:
        raise BrainError(f"{spec} needs a key: set ANTHROPIC_API_KEY")
    # Its own one, when it is thrown away, closes its connections in whatever loop is running then, and asyncio complains aloud.
    connections = DefaultAsyncHttpxClient()
    client = AsyncAnthropic(api_key=key or "none", base_url=spec.base_url, http_client=connections)
    model = find_model(spec)
    return AnthropicBrain(
        spec.model,
        client=client,
        max_tokens=spec.max_tokens or MAX_TOKENS,
        effort=spec.effort,
        by_budget=model is not None and model.thinking == "budget",
        cache=spec.cache or "5m",
    )
