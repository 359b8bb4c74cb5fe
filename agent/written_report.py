"""Reads a report that an auditor wrote as JSON text instead of calling `submit_report`: not every model can call tools to the end.

Only JSON with the report's own fields counts. Other text is never made into a report: what it claims is not ours to decide.
"""

import json
import re
from typing import Any

from pydantic import JsonValue

BLOCK = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
REQUIRED = frozenset({"root_cause", "objective_found"})
WRITTEN = "This report was written as text and read from it: its author called no tool."


def written_report(text: str) -> dict[str, JsonValue] | None:
    """The arguments of `submit_report` that a text holds: alone, or in one block of code. None where there is none, or more than one."""
    found = [report for part in [text, *BLOCK.findall(text)] if (report := _report(part)) is not None]
    if len(found) != 1:
        return None
    limits = str(found[0].get("limits") or "").strip()
    return found[0] | {"limits": f"{limits} {WRITTEN}".strip()}


def _report(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # prose, or nested without end
        return None
    return value if isinstance(value, dict) and set(value) >= REQUIRED else None
