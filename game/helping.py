"""Lets an LLM brain help the tools of a match: the adapter from what tools ask of a helper model to what a brain answers."""

import asyncio

from agent import BrainError, BrainSpec
from game.asking import Asker
from tools import HelperText

AT_ONCE = 8
"""Requests under way at a time."""


def make_helper(spec: BrainSpec | None) -> "BrainHelper | None":
    """The helper model of a match, where its spec names one.

    Raises:
        BrainError: see `BrainHelper`.
    """
    return BrainHelper(spec) if spec else None


class BrainHelper:
    """Helps with the model of a brain.

    Args:
        spec: `anthropic:<model>` or `openai:<model>`.

    Raises:
        BrainError: see `Asker`.
    """

    def __init__(self, spec: BrainSpec) -> None:
        self._asker = Asker(spec)
        self.name = self._asker.name
        self._places = asyncio.Semaphore(AT_ONCE)

    async def write(self, system: str, prompt: str, *, max_tokens: int) -> HelperText:
        """See `tools.Helper`.

        Raises:
            BrainError: it cannot answer; the match stops and can be resumed.
        """
        try:
            async with self._places:
                turn = await self._asker.ask(system, prompt, max_tokens=max_tokens)
        except BrainError as error:
            raise BrainError(f"the helper model: {error}", may_pass=error.may_pass) from error
        if turn.stop == "refusal":
            said = turn.detail or turn.message.text[:200] or "it gave no reason"
            return HelperText(text="", refusal=said, usage=turn.usage, dollars=turn.dollars)
        return HelperText(text=turn.message.text, usage=turn.usage, dollars=turn.dollars)
