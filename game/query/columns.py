"""Records as rows of a view: a column for each field, nested records with their name in front, lists as JSON. It knows no record."""

from functools import cache
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel, JsonValue
from pydantic_core import to_json

TYPES = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR"}
"""In SQL; all else is JSON."""
LEFT_OUT = "schema_version"
"""Of files, not of what they say."""


class Column(NamedTuple):
    """A column of a view."""

    name: str
    type: str
    """In SQL."""
    meaning: str


@cache
def _kinds(record: type[BaseModel]) -> dict[str, Any]:
    """The type that each field has where it is not null."""
    return {name: _kind(field.annotation) for name, field in record.model_fields.items() if name != LEFT_OUT}


def _kind(annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return str
    parts = [part for part in get_args(annotation) if part is not NoneType]
    return _kind(parts[0]) if len(parts) == 1 and NoneType in get_args(annotation) else annotation


def columns_of(record: type[BaseModel], before: str = "", meaning: str = "") -> list[Column]:
    """The columns that rows of a record have, whatever it holds.

    Args:
        record: its class.
        before: stands in front of each name.
        meaning: of fields that say nothing of themselves.
    """
    found = []
    for name, kind in _kinds(record).items():
        means = record.model_fields[name].description or meaning
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += columns_of(kind, f"{before}{name}_", means)
        else:
            found.append(Column(before + name, TYPES.get(kind, "JSON"), " ".join(means.split())))
    return found


def row_of(record: BaseModel, before: str = "") -> dict[str, JsonValue]:
    """The row of a record; a column that is null is not in it."""
    row: dict[str, JsonValue] = {}
    for name, kind in _kinds(type(record)).items():
        value = getattr(record, name)
        if isinstance(value, BaseModel):
            row |= row_of(value, f"{before}{name}_")
        elif value is not None:
            row[before + name] = value if kind in TYPES else to_json(value).decode()
    return row
