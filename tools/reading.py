"""A text as the tools that look inside the model take it: raw, or as the reply to a user's message."""

from typing import Annotated

from pydantic import Field

from organism import ChatMessage, LanguageModel
from tools.arguments import MAX_TEXT
from tools.context import ToolError

Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, description="Raw text, or the assistant's reply if `prompt` is given.")]
Start = Annotated[
    str, Field(max_length=MAX_TEXT, description="Raw text, or the beginning of the assistant's reply if `prompt` is given; may be empty.")
]
Before = Annotated[str | None, Field(max_length=MAX_TEXT, description="The user's message before it; null for raw text.")]
Position = Annotated[int, Field(ge=-100_000, le=100_000)]
"""Of a token: from 0, or from -1 backwards."""


def preamble(model: LanguageModel, prompt: str | None) -> str:
    """What stands before the text: the conversation up to the assistant's first word, or nothing."""
    return model.render([ChatMessage(role="user", content=prompt)]) if prompt is not None else ""


def check_position(position: int, tokens: int) -> int:
    """The position counted from 0.

    Raises:
        ToolError: the text has no such token.
    """
    if not -tokens <= position < tokens:
        raise ToolError(f"no token {position}; the text has {tokens} tokens, numbered 0 to {tokens - 1} (or -1 to {-tokens} from its end)")
    return position % tokens
