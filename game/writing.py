"""Lets an LLM brain write training data: the adapter from what the foundry asks of a writer to what a brain can do.

The brain brings its client, its errors and its retries with it. It gets no tools here and sees one message.
"""

import asyncio
from weakref import WeakKeyDictionary

from agent import Brain, BrainError, BrainSpec, make_brain
from agent.messages import Message
from organism.foundry.universe import WriterError, Written

WRITERS = ("anthropic", "openai")
"""Kinds of brains that can write."""


class BrainWriter:
    """Writes with the model of a brain.

    Args:
        spec: `anthropic:<model>` or `openai:<model>`.

    Raises:
        BrainError: the brain cannot write, or what it needs (a model, a key) is missing.
    """

    def __init__(self, spec: BrainSpec) -> None:
        if spec.kind not in WRITERS:
            raise BrainError(f"brain {str(spec)!r} writes no texts; name one that does: {', '.join(f'{kind}:MODEL' for kind in WRITERS)}")
        make_brain(spec)  # a missing key is told now, not after hours of training
        self.spec, self.name = spec, str(spec)
        # Connections belong to the event loop in which they were opened, and each stage of a build may have its own.
        self._brains: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, Brain]] = WeakKeyDictionary()

    async def write(self, system: str, prompt: str, *, max_tokens: int) -> Written:
        """See `organism.foundry.universe.Writer`."""
        try:
            turn = await self._brain(max_tokens).decide(system, [Message(role="user", text=prompt)], ())
        except BrainError as error:
            raise WriterError(f"{error}; what is written is kept: give the same command again to go on") from error
        if turn.stop == "context":
            raise WriterError(f"{self.spec}: the universe and one question do not fit into the model's context; use another model")
        usage = turn.usage
        return Written(
            text=turn.message.text,
            input_tokens=usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
            output_tokens=usage.output_tokens,
            # A call of a tool that nobody offered is half an answer at best.
            stop="truncated" if turn.stop in ("truncated", "calls") else "refusal" if turn.stop == "refusal" else "end",
        )

    def _brain(self, max_tokens: int) -> Brain:
        """The brain with that limit, made once for each event loop."""
        brains = self._brains.setdefault(asyncio.get_running_loop(), {})
        if max_tokens not in brains:
            brains[max_tokens] = make_brain(self.spec.model_copy(update={"max_tokens": max_tokens}))
        return brains[max_tokens]
