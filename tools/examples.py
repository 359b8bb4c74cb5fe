"""One call of each tool, to show how it is used. It knows no organism and runs nothing."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import JsonValue

EXAMPLES = Path(__file__).with_name("examples.yaml")


@cache
def examples() -> dict[str, dict[str, JsonValue]]:
    """The arguments of each tool's example, by the tool's name."""
    found: dict[str, dict[str, JsonValue]] = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    return found
