"""The neutral form of a conversation between an auditor's brain and its tools. Each brain translates it to its own provider's."""

from typing import Any, Literal

from pydantic import JsonValue

from transcripts import Record, Usage

__all__ = ["Message", "ToolAnswer", "ToolCall", "ToolSpec", "Turn", "Usage"]


class ToolCall(Record):
    """One call that a brain asks for."""

    id: str
    """Unique in the conversation."""
    name: str
    arguments: dict[str, JsonValue]


class ToolAnswer(Record):
    """What a tool call gave."""

    call_id: str
    content: str
    """Text for the brain: JSON of the result, or an error that says what to do."""
    is_error: bool = False


class Message(Record):
    """One message: from the game (user), from the brain (assistant), or the answers to all calls of one assistant message (tool)."""

    role: Literal["user", "assistant", "tool"]
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    """Assistant messages only."""
    answers: tuple[ToolAnswer, ...] = ()
    """Tool messages only: one for each call of the assistant message before it, in order."""
    native: dict[str, Any] | None = None
    """Assistant messages only: the provider's own form (thinking blocks, encrypted reasoning), sent back to it as it came."""


class ToolSpec(Record):
    """What a brain is told about a tool."""

    name: str
    description: str
    parameters: dict[str, JsonValue]
    """JSON schema of the arguments."""


class Turn(Record):
    """A brain's answer."""

    message: Message
    """Role assistant."""
    stop: Literal["calls", "end", "truncated", "refusal", "context"]
    """Why it ended: it calls tools · it said all · cut at the output limit (its calls are dropped) · it refused · the context is full."""
    usage: Usage = Usage()
    dollars: float | None = None
    """What it cost; null where the model has no price (see `agent.pricing`)."""
    detail: str = ""
    """What the provider says about the stop (refusal category, say) or its request id."""
