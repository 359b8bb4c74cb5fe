"""Values of DuckDB as plain JSON data. It knows no view."""

import json
import math
from decimal import Decimal
from typing import Any

from pydantic import JsonValue


def plain_value(value: Any, kind: str = "") -> JsonValue:
    """A value as JSON holds it; what JSON has no form for (dates, bytes, infinity) as text.

    Args:
        value: as pyarrow gives it.
        kind: its type in SQL.
    """
    if kind == "JSON" and value is not None:
        parsed: JsonValue = json.loads(value)
        return parsed
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def text_of(value: JsonValue) -> str:
    """A value as it stands in a cell; nothing for null."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
