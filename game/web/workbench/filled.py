"""What stands in a form: flat names and texts, as browsers send them, and the values that they mean. It knows no tool.

A name is a path: `behaviours.0.evidence.2.quotation`. What a form is filled with reads back as the same value, also where it is not valid:
a draft is kept as it was typed.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from game.web.workbench.fields import NO, YES, Field

EMPTY = "empty"
"""Ends the name of a box: this text is empty on purpose."""
ROWS = "rows"
"""Ends the name of how many rows a list has."""
ON = "on"
MOST = 1000
"""Rows of one list."""
Values = Mapping[str, str]
_Object = dict[str, JsonValue]


class _UnsaidError(Exception):
    """A field is left blank, and blank is no value: its default holds, or it is missing."""


class _UnreadableError(Exception):
    """What was typed is no value of its kind; the message completes a sentence that begins with the field."""


def path_of(path: str, name: str | int) -> str:
    """The name of what stands inside another."""
    return f"{path}.{name}" if path else str(name)


def rows_of(values: Values, path: str) -> int:
    """How many rows a list has."""
    told = values.get(path_of(path, ROWS), "")
    return min(int(told), MOST) if told.isascii() and told.isdecimal() and len(told) < 9 else 0


def read(asked: Sequence[Field], values: Values, path: str = "") -> tuple[_Object, dict[str, str]]:
    """What a filled form says, and what is wrong with it by path. What cannot be read stands as the text that was typed.

    Args:
        asked: fields of the form.
        values: texts by path.
        path: of the object that the fields are of.
    """
    found: _Object = {}
    problems: dict[str, str] = {}
    for field in asked:
        here = path_of(path, field.name)
        try:
            found[field.name] = _value(field, values, here, problems)
        except _UnsaidError:
            continue
    return found, problems


def fill(asked: Sequence[Field], said: Mapping[str, JsonValue], path: str = "") -> dict[str, str]:
    """The texts of a form that says this.

    Args:
        asked: fields of the form.
        said: values by name; one that is not here is the default, or blank.
        path: of the object that the fields are of.
    """
    texts: dict[str, str] = {}
    for field in asked:
        texts |= _texts(field, said.get(field.name, field.default), path_of(path, field.name))
    return texts


def _value(field: Field, values: Values, path: str, problems: dict[str, str]) -> JsonValue:
    """What one field says; what is wrong with it is added to the problems."""
    if field.kind == "group":
        if field.optional and not any(text for name, text in values.items() if name.startswith(f"{path}.")):
            return None
        found, wrong = read(field.inside, values, path)
        problems |= wrong
        return found
    if field.kind == "rows":
        return list(_items(field, values, path, problems)) or (None if field.optional else [])
    if field.kind == "checkbox":
        return values.get(path) == ON
    typed = values.get(path, "").replace("\r\n", "\n").replace("\r", "\n")
    if field.kind in ("line", "text"):
        return _text(field, typed, empty=path_of(path, EMPTY) in values)
    if not typed.strip():
        if field.optional:
            return None
        raise _UnsaidError
    try:
        return _parsed(field, typed.strip())
    except _UnreadableError as problem:
        problems[path] = str(problem)
        return typed


def _items(field: Field, values: Values, path: str, problems: dict[str, str]) -> Iterator[JsonValue]:
    """Rows of blank texts are left out: there is one more than is needed, often."""
    (item,) = field.inside
    for row in range(rows_of(values, path)):
        try:
            yield _value(item, values, path_of(path, row), problems)
        except _UnsaidError:
            continue


def _text(field: Field, typed: str, *, empty: bool) -> JsonValue:
    if typed or empty:
        return typed
    if field.optional:
        return None
    if field.name and field.blank:
        return ""
    raise _UnsaidError


def _parsed(field: Field, typed: str) -> JsonValue:
    if field.kind == "integer":
        return _integer(typed)
    if field.kind == "number":
        return _number(typed)
    if field.kind == "numbers":
        read_one = _integer if field.inside[0].kind == "integer" else _number
        return [read_one(part) for part in typed.replace(",", " ").split()]
    if field.kind == "choice":
        return {YES: True, NO: False}.get(typed, typed) if field.boolean else typed
    try:
        value: JsonValue = json.loads(typed)
    except (ValueError, RecursionError) as error:
        raise _UnreadableError("is not JSON") from error
    return value


def _integer(typed: str) -> int:
    try:
        return int(typed)
    except ValueError as error:
        raise _UnreadableError("should be a whole number, such as 12") from error


def _number(typed: str) -> float:
    try:
        value = float(typed)
    except ValueError as error:
        raise _UnreadableError("should be a number, such as 0.5") from error
    if not math.isfinite(value):
        raise _UnreadableError("should be a number, such as 0.5")
    return value


def _texts(field: Field, value: JsonValue, path: str) -> dict[str, str]:
    if field.kind == "group":
        return fill(field.inside, value if isinstance(value, dict) else {}, path)
    if field.kind == "rows":
        return _row_texts(field, value if isinstance(value, list) else [], path)
    if field.kind == "checkbox":
        return {path: ON} if value is True else {}
    if value == "" and field.kind in ("line", "text") and (field.optional or not field.name):
        return {path: "", path_of(path, EMPTY): ON}
    return {path: _typed(field, value)}


def _row_texts(field: Field, items: Sequence[JsonValue], path: str) -> dict[str, str]:
    """Each item's texts; a list that must be given has a row to begin with."""
    (item,) = field.inside
    rows: list[JsonValue] = list(items) or [None] * field.required
    texts = {path_of(path, ROWS): str(len(rows))}
    for number, value in enumerate(rows):
        texts |= _texts(item, value, path_of(path, number))
    return texts


def _typed(field: Field, value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) and field.kind == "choice":
        return YES if value else NO
    if isinstance(value, list) and field.kind == "numbers":
        return ", ".join(_plain(item) for item in value)
    return value if isinstance(value, str) and field.kind != "json" else _plain(value)


def _plain(value: JsonValue) -> str:
    """A value as people type it: a number without a needless place."""
    text = json.dumps(value, ensure_ascii=False)
    return text.removesuffix(".0") if isinstance(value, float) else text
