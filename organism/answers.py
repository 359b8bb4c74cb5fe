"""What every model of an organism offers, with weights here or behind a server: text in, text out. It knows no weights and no server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from organism.chat import ChatMessage


class CannotAnswerError(ValueError):
    """A question that this model cannot answer as put; the message says how to put it."""


class PromptTooLongError(CannotAnswerError):
    """A text is longer than the model can read; the message gives both lengths."""


@dataclass(frozen=True)
class Continuation:
    """One sampled continuation."""

    text: str
    read_tokens: int
    """Tokens of what was continued."""
    new_tokens: int


class TextModel(Protocol):
    """A model behind text-in, text-out methods; concurrent calls share what can be shared."""

    context_length: int
    """Longest sequence in tokens, prompt and reply together."""

    async def chat(
        self, conversations: Sequence[list[ChatMessage]], *, max_new_tokens: int, temperature: float, seeds: Sequence[int]
    ) -> list[Continuation]:
        """The assistant's next words in each conversation; after an assistant's message, its continuation."""
        ...

    async def user_turns(self, count: int, *, max_new_tokens: int, temperature: float, seeds: Sequence[int]) -> list[Continuation]:
        """What the model expects users to say: samples of the user's own turn."""
        ...

    async def complete(self, texts: Sequence[str], *, max_new_tokens: int, temperature: float, seeds: Sequence[int]) -> list[Continuation]:
        """Continue raw texts.

        Raises:
            CannotAnswerError: a text cannot be continued, for instance because it leaves no room for a reply.
        """
        ...

    def close(self) -> None:
        """Give back what the model holds."""
        ...
