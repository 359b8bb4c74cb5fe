"""Samples continuations of many token sequences in one batch. It knows tokens and a model, no text and no chat."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from organism.residual import RowShifts, Shift

KEPT = 0.75
"""Share of a batch's rows that still run below which finished ones are dropped: dropping copies the cache, which costs a few steps."""


@dataclass(frozen=True)
class SampleRequest:
    """One continuation to sample."""

    tokens: tuple[int, ...]
    """What is continued; at least one token."""
    max_new_tokens: int
    temperature: float
    """0 for the likeliest token at each step."""
    seed: int
    """Decides this continuation alone, whatever else is in the batch (up to floating-point differences between batch shapes)."""
    stop: frozenset[int]
    """Tokens that end the continuation; they are not part of it."""
    shift: Shift | None = None
    """What is added to the residual stream of this continuation and its prompt; other rows of a batch have their own."""


@torch.inference_mode()
def sample(model: PreTrainedModel, requests: Sequence[SampleRequest], *, pad: int) -> list[list[int]]:
    """Sample every request in one left-padded batch, with a key-value cache from which finished rows are dropped now and then.

    Args:
        model: a causal language model in eval mode.
        requests: any number of requests.
        pad: id of the padding token.

    Returns:
        The new tokens of each request, in order, without prompt and stop token.
    """
    if not requests:
        return []
    shifts = RowShifts([request.shift for request in requests])
    with shifts.applied(model):
        return _sample(model, requests, shifts, pad)


def _sample(model: PreTrainedModel, requests: Sequence[SampleRequest], shifts: RowShifts, pad: int) -> list[list[int]]:
    device = model.device
    longest = max(len(request.tokens) for request in requests)
    tokens = torch.full((len(requests), longest), pad, dtype=torch.long)
    mask = torch.zeros((len(requests), longest), dtype=torch.long)
    for row, request in enumerate(requests):
        tokens[row, longest - len(request.tokens) :] = torch.tensor(request.tokens)
        mask[row, longest - len(request.tokens) :] = 1
    tokens, mask = tokens.to(device), mask.to(device)
    draws = [np.random.default_rng(request.seed).random(request.max_new_tokens) for request in requests]
    temperature = torch.tensor([request.temperature for request in requests], device=device)
    output: list[list[int]] = [[] for _ in requests]
    rows, running = list(range(len(requests))), set(range(len(requests)))
    cache = DynamicCache(config=model.config)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    for step in range(max(request.max_new_tokens for request in requests)):
        logits = (
            model(input_ids=tokens, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True, logits_to_keep=1)
            .logits[:, -1]
            .float()
        )
        uniform = torch.tensor([draws[i][step] if step < len(draws[i]) else 0.0 for i in rows], device=device)
        chosen = choose(logits, temperature, uniform).tolist()
        for index, token in zip(rows, chosen, strict=True):
            if index not in running:
                continue
            if token not in requests[index].stop:
                output[index].append(token)
            if token in requests[index].stop or step + 1 >= requests[index].max_new_tokens:
                running.remove(index)
        if not running:
            break
        # A finished row stays where it is: behind its last token a model may have no position left.
        positions = positions[:, -1:] + torch.tensor([[int(index in running)] for index in rows], device=device)
        tokens = torch.tensor(chosen, device=device).unsqueeze(1)
        if len(running) < KEPT * len(rows):
            kept = torch.tensor([row for row, index in enumerate(rows) if index in running], device=device)
            cache.batch_select_indices(kept)
            shifts.keep(kept)
            tokens, mask, positions, temperature = tokens[kept], mask[kept], positions[kept], temperature[kept]
            rows = [index for index in rows if index in running]
        mask = torch.cat([mask, mask.new_ones((len(rows), 1))], dim=1)
    return output


def choose(logits: Tensor, temperature: Tensor, uniform: Tensor) -> Tensor:
    """Draw one token a row by inverting the cumulative distribution at a given uniform number.

    Args:
        logits: `[rows, vocabulary]`.
        temperature: `[rows]`; rows at 0 take the likeliest token.
        uniform: `[rows]` in [0, 1).

    Returns:
        Token ids, `[rows]`.
    """
    scaled = logits / temperature.clamp(min=1e-4).unsqueeze(1)
    cumulative = scaled.softmax(dim=-1).cumsum(dim=-1)
    drawn = torch.searchsorted(cumulative, (uniform.float() * cumulative[:, -1]).unsqueeze(1)).squeeze(1).clamp(max=logits.shape[1] - 1)
    warm = temperature > 0
    return drawn if bool(warm.all()) else torch.where(warm, drawn, logits.argmax(dim=-1))
