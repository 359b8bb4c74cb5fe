"""What each SAE feature matters to what a model says: its causal effect on the probability of a completion. It knows no text."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedModel

from organism.likelihood import BATCH_TOKENS, log_probabilities
from organism.residual import Change, changed, residual_stream
from organism.sae import SAE


@dataclass(frozen=True)
class Mediation:
    """Effects of features on the log-probability of a completion."""

    tokens: int
    """Tokens that were read, in all passes."""
    log_probability: float
    """Of the completion when nothing is changed, in nats."""
    active: int
    """Features that are active on the tokens at all."""
    features: tuple[int, ...]
    """Those that were measured, the most active first."""
    activations: Tensor
    """Sum over the tokens of each of them, `[measured]`."""
    more: Tensor
    """Change of the log-probability when the feature is scaled by 1 + a, `[measured]`."""
    less: Tensor
    """The same by 1 - a."""


@torch.inference_mode()
def mediate(model: PreTrainedModel, sae: SAE, before: Sequence[int], completion: Sequence[int], *, amount: float, most: int) -> Mediation:
    """Scale each active feature by 1 ± a at every token and measure the completion again (Marks et al. 2025).

    The residual stream becomes `x ± a f W_dec`: what the SAE does not reconstruct stays in it.

    Args:
        model: a causal language model.
        sae: whose features are scaled.
        before: tokens that are given, at least one.
        completion: tokens that are measured, at least one.
        amount: a.
        most: features that are measured at most, the most active ones.
    """
    tokens = torch.tensor([[*before, *completion]])
    features = sae.encode(residual_stream(model, tokens, sae.layer)[0])
    total = features.sum(0)
    order = total.argsort(descending=True, stable=True)
    active = order[total[order] > 0]
    measured = active[:most]
    base = log_probabilities(model, tokens, len(before)).sum()
    effects = torch.zeros(2, len(measured))
    rows = max(1, BATCH_TOKENS // tokens.shape[1])
    for side, sign in enumerate((amount, -amount)):
        for start in range(0, len(measured), rows):
            part = measured[start : start + rows]
            added = sign * features[:, part].T.unsqueeze(2) * sae.W_dec[part].unsqueeze(1)
            with changed(model, sae.layer, _adding(added)):
                scores = log_probabilities(model, tokens.expand(len(part), -1), len(before))
            effects[side, start : start + rows] = (scores.sum(1) - base).cpu()
    read = tokens.shape[1] * (2 + 2 * len(measured))
    return Mediation(read, float(base), len(active), tuple(measured.tolist()), total[measured], effects[0], effects[1])


def _adding(added: Tensor) -> Change:
    return lambda stream: stream + added.to(stream)
