"""The fields of a form, from the JSON schema of what it asks for. It knows no tool and no value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import JsonValue

FieldKind = Literal["line", "text", "integer", "number", "checkbox", "choice", "numbers", "rows", "group", "json"]
"""`line` and `text` are texts, short and long; `numbers` is a list of them in one line; `rows` is any other list; `json` is all else."""
LONG = 2000
"""Characters that a line may have; a text that may be longer gets a box of several lines."""
YES, NO = "yes", "no"
_Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    name: str
    """In the object that it belongs to; empty for the item of a list."""
    kind: FieldKind
    label: str
    help: str = ""
    required: bool = False
    """Whether it has no default."""
    optional: bool = False
    """Whether it may be null: left blank, it is."""
    default: JsonValue = None
    bounds: tuple[tuple[str, float], ...] = ()
    """Limits of a number as attributes of an input."""
    choices: tuple[str, ...] = ()
    boolean: bool = False
    """Whether the choices are yes and no."""
    blank: bool = False
    """Whether a text may be empty."""
    inside: tuple["Field", ...] = ()
    """Of a group each of its fields; of rows the one field that each row is."""

    @property
    def one(self) -> str:
        """What a row of the list is called."""
        return self.label.removesuffix("s")


def fields(schema: _Schema) -> tuple[Field, ...]:
    """The fields of an object.

    Args:
        schema: JSON schema of it.
    """
    return _fields(schema, schema.get("$defs", {}))


def _fields(schema: _Schema, definitions: _Schema) -> tuple[Field, ...]:
    required = schema.get("required", ())
    return tuple(_field(name, part, definitions, required=name in required) for name, part in schema.get("properties", {}).items())


def _field(name: str, schema: _Schema, definitions: _Schema, *, required: bool) -> Field:
    kept = {"label": name.replace("_", " "), "help": schema.get("description", ""), "default": schema.get("default")}
    options = schema.get("anyOf", [schema])
    wanted = [_resolved(option, definitions) for option in options if option.get("type") != "null"]
    optional = len(wanted) < len(options)
    shape = _shape(wanted[0], definitions, nested=not name, required=required) if len(wanted) == 1 else {"kind": "json"}
    return Field(name=name, required=required, optional=optional, **kept, **shape)


def _resolved(schema: _Schema, definitions: _Schema) -> _Schema:
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _shape(schema: _Schema, definitions: _Schema, *, nested: bool, required: bool) -> dict[str, Any]:
    """What kind of field a schema is, with what goes with the kind."""
    kind = schema.get("type")
    if "enum" in schema:
        return (
            {"kind": "choice", "choices": tuple(schema["enum"])}
            if all(isinstance(one, str) for one in schema["enum"])
            else {"kind": "json"}
        )
    if kind == "string":
        long = nested or schema.get("maxLength", 0) > LONG
        return {"kind": "text" if long else "line", "blank": not schema.get("minLength")}
    if kind in ("integer", "number"):
        return {"kind": kind, "bounds": _bounds(schema)}
    if kind == "boolean":
        # A box that is not ticked says no; where no answer is not an answer, there are three choices.
        return {"kind": "choice", "choices": (YES, NO), "boolean": True} if required else {"kind": "checkbox"}
    if kind == "array" and "items" in schema:
        item = _field("", schema["items"], definitions, required=True)
        simple = item.kind in ("integer", "number") and not item.optional
        return {"kind": "numbers" if simple else "rows", "inside": (item,)}
    if kind == "object" and schema.get("properties"):
        return {"kind": "group", "inside": _fields(schema, definitions)}
    return {"kind": "json"}


def _bounds(schema: _Schema) -> tuple[tuple[str, float], ...]:
    """An input knows no limit that a number must not reach; what it lets through is refused when it is read."""
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    return tuple((name, limit) for name, limit in (("min", least), ("max", most)) if limit is not None)
