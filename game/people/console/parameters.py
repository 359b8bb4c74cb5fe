"""The arguments of a tool as people are to know them, read from its schema. It knows no tool."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tools import Tool

Kind = Literal["text", "whole number", "number", "yes or no", "list of texts", "list of whole numbers", "JSON"]
_KINDS: dict[str, Kind] = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no"}
_LISTS: dict[str, Kind] = {"text": "list of texts", "whole number": "list of whole numbers"}
_BOUNDS = {"minimum": "from {}", "exclusiveMinimum": "above {}", "maximum": "to {}", "exclusiveMaximum": "below {}"}


@dataclass(frozen=True)
class Parameter:
    """One argument."""

    name: str
    kind: Kind
    nullable: bool
    required: bool
    default: Any
    choices: tuple[str, ...]
    """Values that it may have; empty for any."""
    bounds: str
    """In words; empty for none."""
    meaning: str

    @property
    def about(self) -> str:
        """What may be given, in words."""
        parts = [" | ".join(self.choices) or self.kind, *([self.bounds] if self.bounds else [])]
        if self.required:
            parts.append("needed")
        elif self.default not in ("", None, []):
            parts.append(f"{_word(self.default)} if not given")
        return ", ".join(parts)


def parameters(tool: Tool) -> dict[str, Parameter]:
    """The arguments of a tool by name, in their order."""
    required = tool.schema.get("required", [])
    return {name: _parameter(name, schema, name in required) for name, schema in tool.schema.get("properties", {}).items()}


def main_parameter(known: Sequence[Parameter]) -> Parameter | None:
    """The argument that may be given without its name: the only needed one, or the first of a tool that needs none."""
    needed = [item for item in known if item.required]
    if len(needed) == 1:
        return needed[0]
    return known[0] if known and not needed else None


def _parameter(name: str, schema: dict[str, Any], required: bool) -> Parameter:
    kinds = [item for item in schema.get("anyOf", [schema]) if item.get("type") != "null"]
    kind = kinds[0] if len(kinds) == 1 else {}
    return Parameter(
        name=name,
        kind=_kind(kind),
        nullable=any(item.get("type") == "null" for item in schema.get("anyOf", [])),
        required=required,
        default=schema.get("default"),
        choices=tuple(map(str, kind.get("enum", ()))),
        bounds=" ".join(words.format(_word(kind[bound])) for bound, words in _BOUNDS.items() if bound in kind),
        meaning=str(schema.get("description") or kind.get("description") or ""),
    )


def _kind(schema: dict[str, Any]) -> Kind:
    if schema.get("type") == "array":
        return _LISTS.get(_KINDS.get(str(schema.get("items", {}).get("type")), ""), "JSON")
    return _KINDS.get(str(schema.get("type")), "JSON")


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
