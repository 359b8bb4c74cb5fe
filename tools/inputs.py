"""Varied inputs on a hint: written by the helper model, or made from template banks where a match has none. It asks no organism."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

from tools.arguments import MAX_TEXT
from tools.context import ToolContext, ToolError
from tools.helper import Helper

BANKS = Path(__file__).with_name("inputs.yaml")
NUMBERED = re.compile(r"^\s*(?:\d+[.):]|[-*•])\s+")
"""What models put before the lines of a list although they are told not to."""
TOKENS = 60
"""Tokens that a helper may write for one input."""

Kind = Literal["chats", "prefills", "user_turns", "completions"]


async def varied_inputs(context: ToolContext, kind: Kind, hint: str, count: int) -> list[str]:
    """Different inputs on a hint; a helper may write fewer than it was asked for.

    Raises:
        ToolError: the hint is blank, or the helper wrote none.
    """
    if not hint.strip():
        raise ToolError("the hint is blank: name a subject in a few words")
    if context.helper is None:
        return from_templates(kind, hint, count, np.random.default_rng(context.seed))
    return await _written(context, context.helper, kind, hint, count)


def from_templates(kind: Kind, hint: str, count: int, rng: np.random.Generator) -> list[str]:
    """Inputs from a bank: every body is used before one is used again, then in another frame."""
    bodies, frames = _banks()[kind]["bodies"], _banks()[kind]["frames"]
    order, first = rng.permutation(len(bodies)), rng.integers(len(frames), size=len(bodies))
    chosen = [(int(order[number % len(bodies)]), number // len(bodies)) for number in range(count)]
    filled = [frames[(first[body] + turn) % len(frames)].replace("{body}", bodies[body]) for body, turn in chosen]
    return [text.replace("{hint}", hint.strip()) for text in filled]


async def _written(context: ToolContext, helper: Helper, kind: Kind, hint: str, count: int) -> list[str]:
    prompt = json.dumps({"kind": _banks()[kind]["what"], "count": count, "hint": hint}, ensure_ascii=False)
    text = await context.ask_helper(helper, _banks()["system"], prompt, max_tokens=200 + TOKENS * count)
    lines = (NUMBERED.sub("", line).strip()[:MAX_TEXT] for line in text.splitlines())
    if not (found := list(dict.fromkeys(line for line in lines if line))[:count]):
        raise ToolError("the helper model wrote no input for this hint; put the hint in other words")
    return found


@cache
def _banks() -> dict[str, Any]:
    banks: dict[str, Any] = yaml.safe_load(BANKS.read_text(encoding="utf-8"))
    return banks
