"""What turns cost: fills in each turn's dollars from its tokens, and says what the next may cost at most. It knows no budget."""

import json
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.messages import Message, ToolSpec, Turn
from agent.models import Model, find_model, how_to_price, max_output
from transcripts import Event, Usage, turn_usage

if TYPE_CHECKING:
    from agent.brain import Brain, BrainSpec

MILLION = 1_000_000
OVERHEAD = 1000
"""Tokens by which a request may be longer than its text: roles, delimiters, what a provider adds."""


class UnknownModelWarning(UserWarning):
    """A model works, but nothing is known of its limits and prices."""


def cost(model: Model, usage: Usage) -> float | None:
    """Dollars of one answer; null without prices."""
    if model.prices is None:
        return None
    long = model.long_prices
    prices = long if long is not None and usage.all_input_tokens > long.above else model.prices
    return (
        usage.input_tokens * prices.input
        + usage.cache_read_tokens * prices.cached_read
        + usage.cache_write_tokens * prices.cache_write
        + usage.output_tokens * prices.output
    ) / MILLION


def at_most(model: Model, input_tokens: int, output_tokens: int) -> float | None:
    """Dollars of one answer if all that is read is read at the dearest price; null without prices."""
    if model.prices is None:
        return None
    dearest = max(
        ("input_tokens", model.prices.input),
        ("cache_write_tokens", model.prices.cache_write),
        ("cache_read_tokens", model.prices.cached_read),
        key=lambda kind: kind[1],
    )[0]
    return cost(model, Usage.model_validate({dearest: min(input_tokens, model.context_tokens), "output_tokens": output_tokens}))


class PricedBrain:
    """A brain whose turns carry their price.

    Args:
        brain: decides.
        model: with prices.
        output: most output tokens of one turn.
    """

    def __init__(self, brain: "Brain", model: Model, output: int) -> None:
        self._brain, self._model, self._output = brain, model, output

    async def decide(self, system: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """See `Brain.decide`."""
        turn = await self._brain.decide(system, messages, tools)
        return turn.model_copy(update={"dollars": cost(self._model, turn.usage)})

    def next_at_most(self, events: Sequence[Event]) -> float:
        """Dollars that the turn after these events may cost at most.

        It reads what the last turn read and wrote, and what came since: no more tokens than bytes.
        """
        fresh = OVERHEAD
        for event in reversed(events):
            if event.kind == "turn":
                fresh += turn_usage(event).all_tokens
                break
            if event.kind in ("result", "message"):
                fresh += len(json.dumps(event.data, ensure_ascii=False).encode())
        return at_most(self._model, fresh, self._output) or 0.0


def priced(brain: "Brain", spec: "BrainSpec") -> "Brain":
    """The brain, with prices where its model has some; it warns of a provider's model that it does not know."""
    if not spec.model:
        return brain
    model, output = find_model(spec), max_output(spec)
    if model is None and spec.base_url is None:
        warnings.warn(f"{spec} is not known: its dollars are not counted; {how_to_price(spec)}", UnknownModelWarning, stacklevel=3)
    if model is None or model.prices is None or output is None:
        return brain
    return PricedBrain(brain, model, output)
