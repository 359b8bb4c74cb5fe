"""The form of a statistical audit: a generator that yields steps (text and calls) and is sent the answers.

A run is resumed by playing the recorded answers to a fresh generator, so a course draws nothing but from its seeded generator.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

Value = TypeVar("Value")
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One turn: what the auditor says, and the calls it makes at once."""

    text: str
    calls: list[tuple[str, Arguments]]


@dataclass(frozen=True)
class Answered:
    """The answer to one call."""

    event: int
    """Event that reports may cite."""
    content: dict[str, Any]
    error: bool


Course = Generator[Step, list[Answered], Value]


class HurryError(Exception):
    """Thrown into a course when the game asks for the report."""


def batched(items: list[str], size: int) -> list[list[str]]:
    """The items in lists of `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]
