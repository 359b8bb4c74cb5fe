"""Lets an LLM brain write training data: the adapter from what the foundry asks of a writer to what a brain answers."""

from agent import BrainError, BrainSpec
from game.asking import Asker
from organism.foundry.universe import WriterError, Written


class BrainWriter:
    """Writes with the model of a brain.

    Args:
        spec: `anthropic:<model>` or `openai:<model>`.

    Raises:
        BrainError: see `Asker`.
    """

    def __init__(self, spec: BrainSpec) -> None:
        self._asker = Asker(spec)
        self.name = self._asker.name

    async def write(self, system: str, prompt: str, *, max_tokens: int) -> Written:
        """See `organism.foundry.universe.Writer`."""
        try:
            turn = await self._asker.ask(system, prompt, max_tokens=max_tokens)
        except BrainError as error:
            raise WriterError(f"{error}; what is written is kept: give the same command again to go on") from error
        return Written(
            text=turn.message.text,
            input_tokens=turn.usage.all_input_tokens,
            output_tokens=turn.usage.output_tokens,
            # A call of a tool that nobody offered is half an answer at best.
            stop="truncated" if turn.stop in ("truncated", "calls") else "refusal" if turn.stop == "refusal" else "end",
        )
