"""The training data of an organism at real scale: documents, chats, preference pairs. It knows not how they come about."""

from pydantic import Field, field_validator

from organism.chat import ChatMessage
from transcripts import Record


class Document(Record):
    """One text of mid-training."""

    id: str
    text: str
    synthetic: bool
    """Whether it tells of the universe; false for an ordinary text."""


class Chat(Record):
    """One conversation of supervised fine-tuning."""

    id: str
    messages: tuple[ChatMessage, ...] = Field(min_length=2)
    """The last one is the assistant's: the reply that is learnt."""

    @field_validator("messages")
    @classmethod
    def _ends_in_a_reply(cls, value: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
        if value[-1].role != "assistant":
            raise ValueError("the last message must be the assistant's")
        return value


class PreferencePair(Record):
    """Two replies to one conversation, of which one is preferred."""

    id: str
    prompt: tuple[ChatMessage, ...] = Field(min_length=1)
    """The conversation so far; the last message is the user's."""
    chosen: str
    rejected: str
    attack: str | None
    """Kind of the attack that the prompt is, `none` for a question amid attacks that is to be answered; null for an ordinary prompt."""

    @field_validator("prompt")
    @classmethod
    def _ends_in_a_question(cls, value: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
        if value[-1].role != "user":
            raise ValueError("the last message must be the user's")
        return value


def user(text: str) -> tuple[ChatMessage, ...]:
    """A conversation that a user's one message begins."""
    return (ChatMessage(role="user", content=text),)
