"""Replies of the model as it stands between two stages: what preference pairs are made of. It judges none."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch

from organism.chat import ChatMessage
from organism.runtime import LanguageModel

ROWS = 32
"""Conversations a batch: a 70 B model's keys and values of 32 · 2,048 tokens take about 40 GiB in fp32."""


class Completer:
    """Samples replies of a base with adapters; the model is loaded, as for an audit, when it is first asked.

    Args:
        base: folder of the base model.
        adapters: folders of the adapters of the stages so far.
        max_new_tokens: most tokens of a reply.
        seed: of all samples.
    """

    def __init__(self, base: Path, adapters: Sequence[Path], *, max_new_tokens: int, seed: int) -> None:
        self.base, self.adapters = base, tuple(adapters)
        self.max_new_tokens, self.seed = max_new_tokens, seed
        self._model: LanguageModel | None = None
        self._asked: Counter[str] = Counter()

    async def __call__(self, conversations: Sequence[list[ChatMessage]]) -> list[str]:
        """One reply to each conversation, in order; a conversation that is given again gets another sample.

        Raises:
            PromptTooLongError: a conversation leaves no room for a reply.
            OrganismError: the model cannot be loaded.
        """
        if not conversations:
            return []
        model = self._model = self._model or LanguageModel.load(self.base, adapters=self.adapters)
        seeds = [self._seed(chat) for chat in conversations]
        replies: list[str] = []
        for start in range(0, len(conversations), ROWS):
            rows = slice(start, start + ROWS)
            found = await model.chat(conversations[rows], max_new_tokens=self.max_new_tokens, temperature=1.0, seeds=seeds[rows])
            replies += [reply.text.strip() for reply in found]
        return replies

    def close(self) -> None:
        """Let the model go; the next stage needs the memory."""
        if self._model is not None:
            self._model.close()
            self._model = None
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _seed(self, chat: list[ChatMessage]) -> int:
        """Depends on the conversation and on how often it was given, not on what else is asked."""
        text = "\0".join(f"{message.role}\0{message.content}" for message in chat)
        self._asked[text] += 1
        digest = hashlib.sha256(f"{self.seed}\0{self._asked[text]}\0{text}".encode()).digest()
        return int.from_bytes(digest[:4], "little")
