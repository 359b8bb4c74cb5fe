"""What turns cost: fills in each turn's dollars from its tokens, and says what the next may cost at most. It knows no budget."""

import json
import warnings
from collections.abc import Sequence
from functools import cache
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
    read = min(input_tokens, model.context_tokens)
    kinds = ("input_tokens", "cache_write_tokens", "cache_read_tokens")
    prices = (cost(model, Usage.model_validate({kind: read, "output_tokens": output_tokens})) for kind in kinds)
    return max(price for price in prices if price is not None)


def dearest_token(model: Model) -> float | None:
    """Dollars of one token at the dearest of the model's prices; null without prices."""
    if model.prices is None:
        return None
    each = [prices for prices in (model.prices, model.long_prices) if prices is not None]
    return max(max(prices.input, prices.cached_read, prices.cache_write, prices.output) for prices in each) / MILLION


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

    def needed(self, events: Sequence[Event]) -> float:
        """Dollars that must be left for another turn after these events: its price at most, and that of a report like the last turn.

        It reads what the last turn read and wrote, and what came since: no more tokens than bytes.
        """
        read, report = OVERHEAD, 0.0
        for event in reversed(events):
            if event.kind == "turn":
                usage = turn_usage(event)
                read, report = read + usage.all_tokens, cost(self._model, usage) or 0.0
                break
            if event.kind in ("result", "message"):
                read += len(json.dumps(event.data, ensure_ascii=False).encode())
        return (at_most(self._model, read, self._output) or 0.0) + report


def warn_unknown(spec: "BrainSpec") -> None:
    """Warn, once, of a provider's model of which nothing is known; a server's own models need not be known."""
    if spec.asks_model and spec.base_url is None and find_model(spec) is None:
        warn_once(f"{spec} is not known: its dollars are not counted; {how_to_price(spec)}")


@cache
def warn_once(text: str) -> None:
    """Warn of an unknown model, if this process has not done so yet: a brain may be made many times."""
    warnings.warn(text, UnknownModelWarning, stacklevel=4)


def priced(brain: "Brain", spec: "BrainSpec") -> "Brain":
    """The brain, with prices where its model has some; it warns where nothing is known of the model."""
    warn_unknown(spec)
    if not spec.asks_model:
        return brain
    model, output = find_model(spec), max_output(spec)
    if model is None or model.prices is None or output is None:
        return brain
    return PricedBrain(brain, model, output)
