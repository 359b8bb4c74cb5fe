"""Streamed answers of OpenAI's protocols, put together again. What the pieces mean is for the protocol's own module.

The SDK has a collector of its own for chats; it stumbles over what some compatible servers send (calls without an index, say).
"""

import json
from typing import Any

from openai import AsyncStream
from openai.types.chat import ChatCompletionChunk

from agent.retry import BadReplyError

Body = dict[str, Any]


async def unstreamed(stream: AsyncStream[Any]) -> Body | None:
    """The body of an answer that came in one piece: some servers do not stream, however they are asked. None for a stream.

    Raises:
        BadReplyError: it is neither a stream nor JSON.
    """
    kind = stream.response.headers.get("content-type", "")
    if "text/event-stream" in kind:
        return None
    if "json" not in kind:  # a web page would pass for an empty stream
        raise BadReplyError("the answer is neither a stream of events nor JSON; check the base URL (most end in /v1)", code="not_an_api")
    try:
        body = json.loads(await stream.response.aread())
    except ValueError as error:
        raise BadReplyError(f"unreadable answer: {error}") from error
    if not isinstance(body, dict):
        raise BadReplyError("the answer is no JSON object")
    return body


def id_of_request(stream: AsyncStream[Any]) -> str:
    """The provider's name for the request; empty if it has none."""
    return stream.response.headers.get("x-request-id", "")


async def completion_body(stream: AsyncStream[ChatCompletionChunk]) -> Body:
    """The chat completion that a stream's chunks add up to.

    Raises:
        BadReplyError: a chunk is unreadable, or the stream ended before the answer did.
    """
    pieces = _Pieces()
    try:
        async for chunk in stream:
            pieces.add(chunk.to_dict(mode="json", warnings=False))
    except ValueError as error:  # the SDK's word for an event that is no JSON
        raise BadReplyError(f"unreadable stream: {error}", request_id=id_of_request(stream) or None) from error
    if pieces.finish_reason is None:  # the SDK takes an early end of the stream for a good one
        raise BadReplyError("the stream ended before the answer did", request_id=id_of_request(stream) or None)
    return pieces.body()


class _Pieces:
    """What has come of one chat completion."""

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        self._usage: Body | None = None
        self._texts = {"content": "", "refusal": ""}
        self._calls: list[Body] = []
        self._indices: list[Any] = []
        """The index under which each call came; a server may leave it out."""

    def add(self, chunk: Body) -> None:
        """The next chunk; the last one has the usage and no choice."""
        self._usage = chunk.get("usage") or self._usage
        for choice in chunk.get("choices") or ():
            self.finish_reason = choice.get("finish_reason") or self.finish_reason
            delta = choice.get("delta") or {}
            for name in self._texts:
                self._texts[name] += delta.get(name) or ""
            for piece in delta.get("tool_calls") or ():
                self._add_call(piece)

    def _add_call(self, piece: Body) -> None:
        index, call_id, function = piece.get("index"), piece.get("id") or "", piece.get("function") or {}
        known = [position for position, other in enumerate(self._indices) if other == index]
        # Some servers give every call the same index, or none: then a new id begins a new call.
        if not known or (call_id and call_id != self._calls[known[-1]]["id"]):
            self._indices.append(index)
            self._calls.append({"id": call_id, "type": "function", "function": {"name": function.get("name") or "", "arguments": ""}})
            known = [len(self._calls) - 1]
        self._calls[known[-1]]["function"]["arguments"] += function.get("arguments") or ""

    def body(self) -> Body:
        """The whole, as it would have come in one piece."""
        message = {"role": "assistant", **{name: text or None for name, text in self._texts.items()}, "tool_calls": self._calls or None}
        return {"choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason}], "usage": self._usage}
