"""The arguments of function calls, which OpenAI's two protocols send as text that need not be JSON."""

import json

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


def write_arguments(call: ToolCall) -> str:
    """The arguments of a call as JSON text."""
    return json.dumps(call.arguments, ensure_ascii=False)
