"""Lets an LLM brain help the tools of a match: the adapter from what tools ask of a helper model to what a writer can do."""

import asyncio

from agent import BrainError, BrainSpec
from game.writing import BrainWriter
from organism.foundry.universe import WriterError
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
        BrainError: the brain cannot write, or what it needs (a model, a key) is missing.
    """

    def __init__(self, spec: BrainSpec) -> None:
        self._writer = BrainWriter(spec)
        self._places = asyncio.Semaphore(AT_ONCE)

    async def write(self, system: str, prompt: str, *, max_tokens: int) -> HelperText:
        """See `tools.Helper`.

        Raises:
            BrainError: it cannot answer; the match stops and can be resumed.
        """
        try:
            async with self._places:
                written = await self._writer.write(system, prompt, max_tokens=max_tokens)
        except WriterError as error:
            raise BrainError(f"the helper model: {error.__cause__ or error}") from error
        text = "" if written.stop == "refusal" else written.text
        return HelperText(text=text, tokens=written.input_tokens + written.output_tokens)
