"""Ids of tool calls that every provider accepts: unique in the conversation, and of harmless characters."""

import re
from collections.abc import Iterable, Sequence

from agent.messages import Message


def ids_of(messages: Sequence[Message]) -> set[str]:
    """The ids of all calls in a conversation."""
    return {call.id for message in messages for call in message.calls}


def fresh_id(wanted: str, taken: Iterable[str]) -> str:
    """A call id that is not taken: some compatible servers count from zero each turn, or send none."""
    known = set(taken)
    stem = plain_id(wanted) or "call"
    candidate, number = stem, 1
    while candidate in known:
        number += 1
        candidate = f"{stem}_{number}"
    return candidate


def plain_id(call_id: str) -> str:
    """An id in the characters that Anthropic allows; other servers give such as `functions.chat:0`."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", call_id)
