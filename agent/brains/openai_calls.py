"""The arguments of function calls, which OpenAI's two protocols send as text that need not be JSON."""

import json
from collections.abc import Iterable

from agent.messages import ToolCall
from transcripts import plain


class UnusableCallError(ValueError):
    """A call whose arguments are no JSON object."""

    def __init__(self, name: str):
        super().__init__(f"arguments of {name} were no JSON object")


def read_call(call_id: str, name: str, arguments: str) -> ToolCall:
    """Read one call; blank arguments mean none (some servers send that for a tool without parameters).

    Raises:
        UnusableCallError: the arguments are no JSON object.
    """
    try:
        parsed = json.loads(arguments) if arguments.strip() else {}
    except (ValueError, RecursionError) as error:  # no JSON, a number of thousands of digits, or nested without end
        raise UnusableCallError(name) from error
    if not isinstance(parsed, dict):
        raise UnusableCallError(name)
    return ToolCall(id=call_id, name=name, arguments=plain(parsed))


def fresh_id(wanted: str, taken: Iterable[str]) -> str:
    """A call id that is not taken: some compatible servers count from zero each turn, or send none."""
    known = set(taken)
    candidate, number = wanted or "call", 1
    while candidate in known:
        number += 1
        candidate = f"{wanted or 'call'}_{number}"
    return candidate


def write_arguments(call: ToolCall) -> str:
    """The arguments of a call as JSON text."""
    return json.dumps(call.arguments, ensure_ascii=False)
