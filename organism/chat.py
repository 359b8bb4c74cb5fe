"""Conversations as an organism's tokenizer renders them."""

from typing import TYPE_CHECKING, Literal

from transcripts import Record

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class ChatMessage(Record):
    """One message of a conversation with the organism."""

    role: Literal["system", "user", "assistant"]
    content: str


def render_chat(tokenizer: "PreTrainedTokenizerBase", messages: list[ChatMessage]) -> str:
    """The text that the model continues: after an assistant's message its continuation (a prefill), else a new reply."""
    prefilled = messages[-1].role == "assistant"
    rendered = tokenizer.apply_chat_template(
        [message.model_dump() for message in messages],
        tokenize=False,
        add_generation_prompt=not prefilled,
        continue_final_message=prefilled,
    )
    return str(rendered)


def render_user_start(tokenizer: "PreTrainedTokenizerBase") -> str:
    """The text after which the model writes a user's message: the template up to where the user's words begin."""
    marker = "\u241f"
    rendered = str(tokenizer.apply_chat_template([{"role": "user", "content": marker}], tokenize=False))
    return rendered.split(marker)[0]
