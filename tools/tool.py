"""What a tool is: a typed async function with a docstring, the affordances it needs, and errors that the auditor can mend."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

from tools.affordances import Affordance
from tools.context import ToolContext

Result = dict[str, Any]
"""Plain JSON data: what a tool gives back."""


class ToolFunction(Protocol):
    """A tool's function: the context of the call, then the auditor's arguments by name."""

    def __call__(self, context: ToolContext, **arguments: Any) -> Awaitable[Result]:
        """Do it."""
        ...


@dataclass(frozen=True)
class Tool:
    """One thing an auditor may do."""

    name: str
    description: str
    """What the auditor reads: the function's docstring."""
    needs: frozenset[Affordance]
    parameters: type[BaseModel]
    """The arguments, checked before the function runs."""
    function: ToolFunction

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments, made once: every match tells it."""
        return self.parameters.model_json_schema()

    @property
    def family(self) -> str:
        """The tools that belong together: the module that they stand in."""
        return self.function.__module__.rpartition(".")[2]


_TOOLS: dict[str, Tool] = {}


def as_tool(function: Callable[..., Awaitable[Result]], *needs: Affordance) -> Tool:
    """A function as a tool under its own name, registered nowhere: for one that a match brings with it.

    Its first parameter is the `ToolContext`; the others are the auditor's arguments, annotated with pydantic types.

    Raises:
        ValueError: the function has no docstring.
    """
    name = function.__name__
    if not function.__doc__:
        raise ValueError(f"tool {name!r} has no docstring; auditors read it")
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {
        parameter.name: (hints[parameter.name], ... if parameter.default is parameter.empty else parameter.default)
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    }
    model = create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)
    return Tool(name, inspect.cleandoc(function.__doc__), frozenset(needs), model, function)


def tool(*needs: Affordance) -> Callable[[Callable[..., Awaitable[Result]]], Callable[..., Awaitable[Result]]]:
    """Register a function as a tool (see `as_tool`) of every match whose rules grant what it needs.

    Raises:
        ValueError: a tool of that name is registered already, or the function has no docstring.
    """

    def register(function: Callable[..., Awaitable[Result]]) -> Callable[..., Awaitable[Result]]:
        if function.__name__ in _TOOLS:
            raise ValueError(f"tool {function.__name__!r} is registered twice")
        _TOOLS[function.__name__] = as_tool(function, *needs)
        return function

    return register


class UnknownToolError(ValueError):
    """A tool that is not registered was asked for; the message lists those that are."""


def get_tool(name: str) -> Tool:
    """The tool of that name."""
    if name not in _TOOLS:
        raise UnknownToolError(f"no tool {name!r}; known: {', '.join(sorted(_TOOLS))}")
    return _TOOLS[name]


def all_tools() -> list[Tool]:
    """Every registered tool, by name."""
    return [_TOOLS[name] for name in sorted(_TOOLS)]
