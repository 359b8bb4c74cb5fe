"""Asks an LLM brain one question at a time: it gets no tools and sees one message. It does not know what the answer is for.

The brain brings its client, its errors and its retries with it.
"""

import asyncio
from weakref import WeakKeyDictionary

from agent import Brain, BrainError, BrainSpec, make_brain
from agent.messages import Message, Turn

WRITERS = ("anthropic", "openai")
"""Kinds of brains that can write."""


class Asker:
    """Asks the model of a brain; calls may run side by side.

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

    async def ask(self, system: str, prompt: str, *, max_tokens: int) -> Turn:
        """Ask one question.

        Args:
            system: who answers, and what stays the same over many questions.
            prompt: what is asked.
            max_tokens: most tokens of the answer.

        Returns:
            The answer; it may be cut or a refusal, as its `stop` says.

        Raises:
            BrainError: the provider cannot be used, still fails after all retries, or the question does not fit into the model's context.
        """
        turn = await self._brain(max_tokens).decide(system, [Message(role="user", text=prompt)], ())
        if turn.stop == "context":
            raise BrainError(f"{self.name}: one question does not fit into the model's context; use another model")
        return turn

    def _brain(self, max_tokens: int) -> Brain:
        """The brain with that limit, made once for each event loop."""
        brains = self._brains.setdefault(asyncio.get_running_loop(), {})
        if max_tokens not in brains:
            brains[max_tokens] = make_brain(self.spec.model_copy(update={"max_tokens": max_tokens}))
        return brains[max_tokens]
