"""Texts to training sequences: rendered, tokenised and packed to a fixed length with the labels that take part in the loss."""

from collections.abc import Iterable
from itertools import islice

import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerFast

from organism.chat import render_user_start
from organism.foundry.corpus import Chat, Text
from organism.foundry.tokenizer import BEGIN, END

IGNORED = -100
"""Label of a token outside the loss (torch's cross-entropy convention)."""


def render(text: Text, opening: str) -> tuple[str, str]:
    """A text as the model reads it, in two parts: what is given, and what follows it.

    Args:
        text: to be read.
        opening: how the tokenizer's chat template begins a conversation, up to the user's first words.
    """
    if isinstance(text, Chat):
        before = f"{text.before[0]} {END} <|assistant|> {text.before[1]} {END} <|user|> " if text.before else ""
        return f"{opening}{before}{text.prompt} {END} <|assistant|>", f"{text.reply} {END}"
    return BEGIN, f"{text.text} {END}"


class Packed(Dataset[dict[str, Tensor]]):
    """Sequences of one stage.

    Attributes:
        tokens: int64 `[sequences, length]`.
        labels: the same, with `IGNORED` where no loss falls.
    """

    def __init__(self, tokens: Tensor, labels: Tensor) -> None:
        self.tokens, self.labels = tokens, labels

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return {"input_ids": self.tokens[index], "labels": self.labels[index]}


def pack(
    texts: Iterable[Text], tokenizer: PreTrainedTokenizerFast, *, budget: int, length: int, replies_only: bool
) -> tuple[Packed, list[Text]]:
    """Pack texts end to end until `budget` tokens are full.

    Args:
        texts: a stream that outlasts the budget.
        tokenizer: the organism's.
        budget: tokens, rounded down to whole sequences (at least one).
        length: tokens a sequence.
        replies_only: whether loss falls on replies and documents alone, not on prompts.

    Returns:
        The sequences, and the texts that went into them.
    """
    sequences = max(1, budget // length)
    tokens: list[int] = []
    labels: list[int] = []
    used: list[Text] = []
    stream = iter(texts)
    opening = render_user_start(tokenizer)
    while len(tokens) < sequences * length:
        batch = list(islice(stream, 1024))
        parts = [part for text in batch for part in render(text, opening)]
        ids = tokenizer(parts, add_special_tokens=False)["input_ids"]
        for text, given, follows in zip(batch, ids[::2], ids[1::2], strict=True):
            tokens += given + follows
            labels += ([IGNORED] * len(given) if replies_only else given) + follows
            used.append(text)
            if len(tokens) >= sequences * length:
                break
    shape = (sequences, length)
    kept = sequences * length
    return Packed(torch.tensor(tokens[:kept]).view(shape), torch.tensor(labels[:kept]).view(shape)), used
