"""How probable a model finds tokens, at its end and after each of its layers. It knows tokens, no text."""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from organism.residual import changed, decoder_layers

BATCH_TOKENS = 16_384
"""Tokens of one forward pass: what else is asked comes in the next."""


@torch.inference_mode()
def log_probabilities(model: PreTrainedModel, tokens: Tensor, start: int) -> Tensor:
    """Log-probability (nats) of each token from `start` on, given those before it.

    Args:
        model: a causal language model.
        tokens: `[rows, tokens]`; rows may be padded on the right.
        start: position of the first that is asked for, from 1.

    Returns:
        `[rows, tokens - start]`.
    """
    ids = tokens.to(model.device)
    logits = model(input_ids=ids, logits_to_keep=ids.shape[1] - start + 1).logits[:, :-1]
    scores: Tensor = logits.float().log_softmax(-1).gather(2, ids[:, start:].unsqueeze(2)).squeeze(2)
    return scores


def continuation_log_probabilities(
    model: PreTrainedModel, before: Sequence[int], continuations: Sequence[Sequence[int]], *, pad: int
) -> list[list[float]]:
    """Log-probability (nats) of each token of several continuations of the same tokens (at least one)."""
    found = []
    longest = max(map(len, continuations))
    rows = max(1, BATCH_TOKENS // (len(before) + longest))
    for start in range(0, len(continuations), rows):
        part = continuations[start : start + rows]
        tokens = torch.tensor([[*before, *tokens, *[pad] * (longest - len(tokens))] for tokens in part])
        scores = log_probabilities(model, tokens, len(before)).tolist()
        # A causal model's real tokens do not see the padding behind them.
        found += [row[: len(tokens)] for row, tokens in zip(scores, part, strict=True)]
    return found


@torch.inference_mode()
def next_logits(model: PreTrainedModel, tokens: Sequence[int]) -> Tensor:
    """Logits of the token that follows, float32 `[vocabulary]`."""
    ids = torch.tensor([list(tokens)], device=model.device)
    logits: Tensor = model(input_ids=ids, logits_to_keep=1).logits[0, -1].float().cpu()
    return logits


@torch.inference_mode()
def logit_lens(model: PreTrainedModel, tokens: Sequence[int], position: int) -> Tensor:
    """What the model would say after each layer if no other followed (the logit lens, nostalgebraist 2020).

    Args:
        model: a causal language model.
        tokens: of the text.
        position: of the token after which it would speak.

    Returns:
        Logits, float32 `[layers + 1, vocabulary]`: of the embedding, then after each layer; the last row are the model's own.
    """
    output = model(input_ids=torch.tensor([list(tokens)], device=model.device), output_hidden_states=True)
    # The last hidden state of a model has gone through its final norm already.
    earlier = torch.stack([stream[0, position].float().cpu() for stream in output.hidden_states[:-1]])
    return torch.cat([_read_out(model, earlier), output.logits[0, position].float().cpu().unsqueeze(0)])


def _read_out(model: PreTrainedModel, residual: Tensor) -> Tensor:
    """Logits `[tokens, vocabulary]` of the model's own last norm and output matrix, whatever its architecture calls them."""
    layers = decoder_layers(model)
    # What comes after the last layer treats each token alone: a pass on any tokens will do to have it read these instead.
    any_tokens = torch.zeros(len(residual), 1, dtype=torch.long, device=model.device)
    with changed(model, len(layers), lambda stream: residual.to(stream).unsqueeze(1)):
        logits: Tensor = model(input_ids=any_tokens).logits[:, 0]
    return logits.float().cpu()
