"""Data of untrusted origin made fit for a line of JSON that every reader takes. It knows no event."""

import math
from collections.abc import Mapping

from pydantic import JsonValue

DEPTH = 100
"""Levels of lists and objects that are kept; readers give up at about 200, and the run would be unreadable."""
BITS = 1024
"""Longest integer that is kept; Python's own reader gives up at about 14,000."""


def plain(data: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A copy in which words stand for what JSON cannot hold: nested too deep, no finite number, half of a surrogate pair.

    Raises:
        TypeError: something in it is no JSON value at all.
    """
    return {_text(key): _value(value, DEPTH) for key, value in data.items()}


def _value(value: JsonValue, depth: int) -> JsonValue:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict | list | tuple):
        if not depth:
            return "(nested too deep)"
        if isinstance(value, dict):
            return {_text(key): _value(item, depth - 1) for key, item in value.items()}
        return [_value(item, depth - 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return f"({value})"
    if isinstance(value, int) and value.bit_length() > BITS:
        return f"(an integer of {value.bit_length()} bits)"
    if value is None or isinstance(value, int | float):
        return value
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
