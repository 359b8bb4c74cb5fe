"""Completions of the model itself, sampled by whoever trains it and kept, so that a killed run samples none twice."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from organism.chat import ChatMessage
from organism.foundry.universe.records import user
from organism.journal import Journal, KeyedRecord

Complete = Callable[[Sequence[list[ChatMessage]]], Awaitable[list[str]]]
"""One sampled reply to each conversation, in order."""
CHUNK = 256
"""Conversations that are completed at once; after each chunk the completions are kept."""


class Completed(KeyedRecord):
    """The completions of one prompt."""

    replies: tuple[str, ...]


class CompletionError(RuntimeError):
    """`complete` gave another number of replies than it was given conversations."""


class Sampler:
    """Samples completions of one checkpoint.

    Args:
        complete: samples.
        journal: of the completions.
        checkpoint: names the model; another one's completions are not taken for its.
        samples: for each prompt.
    """

    def __init__(self, complete: Complete, journal: Journal[Completed], checkpoint: str, samples: int) -> None:
        self.complete, self.journal, self.checkpoint, self.samples = complete, journal, checkpoint, samples

    async def sample(self, prompts: Mapping[str, str]) -> None:
        """Sample completions of the prompts, by name, that have none yet.

        Raises:
            CompletionError: the number of replies is wrong.
        """
        missing = [(key, text) for key, text in ((self._key(n, t), t) for n, t in prompts.items()) if self.journal.get(key) is None]
        size = max(1, CHUNK // self.samples)
        for start in range(0, len(missing), size):
            chunk = missing[start : start + size]
            conversations = [list(user(text)) for _, text in chunk for _ in range(self.samples)]
            replies = await self.complete(conversations)
            if len(replies) != len(conversations):
                raise CompletionError(f"{len(conversations)} conversations were to be completed, but {len(replies)} replies came back")
            for index, (key, _) in enumerate(chunk):
                own = replies[index * self.samples : (index + 1) * self.samples]
                self.journal.add(Completed(id=key, replies=tuple(reply.encode("utf-8", "replace").decode() for reply in own)))

    def replies(self, name: str, prompt: str) -> tuple[str, ...]:
        """The completions of a prompt that was sampled."""
        kept = self.journal.get(self._key(name, prompt))
        if kept is None:
            raise KeyError(f"no completions of {name}")
        return kept.replies

    def _key(self, name: str, prompt: str) -> str:
        digest = hashlib.sha256(json.dumps([self.checkpoint, self.samples, prompt]).encode()).hexdigest()[:12]
        return f"{name}#{digest}"
