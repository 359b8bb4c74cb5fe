"""What the writing of data may cost, and the meter that stops before it costs more. It knows no provider's prices: the user gives them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import Field

from transcripts import Record


class Prices(Record):
    """Prices of a writer."""

    input_usd: float = Field(ge=0)
    """US dollars for a million tokens that are read."""
    output_usd: float = Field(ge=0)
    """US dollars for a million tokens that are written."""

    def cost(self, input_tokens: float, output_tokens: float) -> float:
        """US dollars for that many tokens; what a provider's cache saves is not counted."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / 1e6


class Limits(Record):
    """The most that the data of one organism may cost, all runs on all bases together; null for no limit."""

    max_cost_usd: float | None = Field(default=None, ge=0)
    """Needs prices."""
    max_tokens: int | None = Field(default=None, ge=0)
    """Tokens read and written."""


class BudgetSpentError(RuntimeError):
    """The next request could cost more than is allowed; what is written is kept.

    Args:
        tokens: read and written so far.
        cost_usd: spent so far; null without prices.
        limits: that would be broken.
    """

    def __init__(self, tokens: int, cost_usd: float | None, limits: Limits) -> None:
        spent = f"{tokens:,} tokens" + (f" and ${cost_usd:.2f}" if cost_usd is not None else "")
        most = [f"{limits.max_tokens:,} tokens"] if limits.max_tokens is not None else []
        most += [f"${limits.max_cost_usd:.2f}"] if limits.max_cost_usd is not None else []
        super().__init__(
            f"the data has cost {spent} of at most {' and '.join(most)}, and the next text could cost more than that; "
            "what is written is kept: give the same command with a higher limit to go on"
        )
        self.tokens, self.cost_usd, self.limits = tokens, cost_usd, limits


class Meter:
    """Counts tokens, and lets a request begin only if it cannot break a limit together with those under way.

    Args:
        limits: none for no limit.
        prices: needed where the limits name a cost.

    Raises:
        ValueError: a limit on cost without prices.
    """

    def __init__(self, limits: Limits | None = None, prices: Prices | None = None) -> None:
        self.limits, self.prices = limits or Limits(), prices
        if self.limits.max_cost_usd is not None and prices is None:
            raise ValueError("a limit on cost needs prices: give the price of a million tokens read and written")
        self.input_tokens = self.output_tokens = 0
        self._open_input = self._open_output = 0
        self._changed = asyncio.Condition()

    @property
    def cost_usd(self) -> float | None:
        """Spent so far; null without prices."""
        return self.prices.cost(self.input_tokens, self.output_tokens) if self.prices else None

    def spend(self, input_tokens: int, output_tokens: int) -> None:
        """Count what a request has cost."""
        self.input_tokens += input_tokens
        self.output_tokens += output_tokens

    @asynccontextmanager
    async def reserved(self, input_tokens: int, output_tokens: int) -> AsyncIterator[None]:
        """Set the most that a request can cost aside while it is under way; where only the others stand in its way it waits for them.

        Raises:
            BudgetSpentError: a limit could be broken.
        """
        async with self._changed:
            while not self._fits(input_tokens, output_tokens):
                if not self._open_input:
                    raise BudgetSpentError(self.input_tokens + self.output_tokens, self.cost_usd, self.limits)
                await self._changed.wait()
            self._open_input += input_tokens
            self._open_output += output_tokens
        try:
            yield
        finally:
            self._open_input -= input_tokens
            self._open_output -= output_tokens
            async with self._changed:
                self._changed.notify_all()

    def _fits(self, input_tokens: int, output_tokens: int) -> bool:
        read = self.input_tokens + self._open_input + input_tokens
        written = self.output_tokens + self._open_output + output_tokens
        if self.limits.max_tokens is not None and read + written > self.limits.max_tokens:
            return False
        return self.limits.max_cost_usd is None or self.prices is None or self.prices.cost(read, written) <= self.limits.max_cost_usd
