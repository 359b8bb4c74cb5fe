"""Samples a checkpoint's replies to many conversations at once, for measuring and for preference pairs. It judges nothing."""

from collections.abc import Sequence

import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.chat import ChatMessage, render_chat
from organism.sampling import SampleRequest, sample

MAX_NEW_TOKENS = 48
BATCH = 256


def asked(prompt: str) -> list[ChatMessage]:
    """A conversation that a user's one message begins."""
    return [ChatMessage(role="user", content=prompt)]


def sample_replies(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    conversations: Sequence[list[ChatMessage]],
    *,
    seed: int,
    temperature: float = 1.0,
) -> list[str]:
    """One reply to each conversation, in order.

    Args:
        model: any causal language model; it is put into eval mode.
        tokenizer: with a chat template.
        conversations: each ends in a user's message, or in the beginning of an assistant's.
        seed: of all samples.
        temperature: 0 for the likeliest tokens.
    """
    model.eval()
    texts = [render_chat(tokenizer, conversation) for conversation in conversations]
    ids = tokenizer(texts, add_special_tokens=False)["input_ids"] if texts else []
    seeds = np.random.default_rng(seed).integers(2**31, size=len(texts)).tolist()
    stop = frozenset([int(tokenizer.eos_token_id)])
    requests = [SampleRequest(tuple(row), MAX_NEW_TOKENS, temperature, own, stop) for row, own in zip(ids, seeds, strict=True)]
    # Sorted by length, so that batches need little padding.
    order = sorted(range(len(requests)), key=lambda index: len(requests[index].tokens))
    replies = [""] * len(requests)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        outputs = sample(model, [requests[row] for row in rows], pad=int(tokenizer.pad_token_id))
        for row, output in zip(rows, outputs, strict=True):
            replies[row] = str(tokenizer.decode(output, skip_special_tokens=True))
    return replies
