"""What a trained SAE is worth: how much of the residual stream, and of what the model predicts from it, its features carry."""

import torch
from torch import Tensor
from transformers import PreTrainedModel

from organism.foundry.sae_training import explained_variance
from organism.likelihood import log_probabilities
from organism.residual import Change, changed
from organism.sae import SAE
from transcripts import Record

BATCH = 64
"""Sequences of one forward pass."""


class SAEReport(Record):
    """Measures of an SAE, as Gao et al. 2024 and SAEBench (Karvonen et al. 2025) use them."""

    explained_variance: float
    """Share of the variance of the residual stream that is reconstructed."""
    l0: float
    """Mean active features a token."""
    dead_features: int | None = None
    """Features that were active on no token; null where they were not counted."""
    loss_recovered: float | None = None
    """Where the model's loss lies with the reconstruction in place of the stream: 1 as if intact, 0 as with zeros; null if not measured."""


def measure_sae(model: PreTrainedModel, sae: SAE, activations: Tensor, tokens: Tensor) -> SAEReport:
    """Measure an SAE.

    Args:
        model: whose residual stream it reads.
        sae: to be measured.
        activations: of tokens to reconstruct, `[tokens, d_in]`.
        tokens: of texts to predict, `[sequences, length]`.
    """
    variance, active = explained_variance(sae, activations)
    return SAEReport(
        explained_variance=variance,
        l0=active,
        dead_features=dead_features(sae, activations),
        loss_recovered=loss_recovered(model, sae, tokens),
    )


@torch.inference_mode()
def dead_features(sae: SAE, activations: Tensor) -> int:
    """Features that are active on none of the tokens, `[tokens, d_in]`."""
    return int((sae.encode(activations) > 0).any(0).logical_not().sum())


@torch.inference_mode()
def loss_recovered(model: PreTrainedModel, sae: SAE, tokens: Tensor) -> float:
    """`(loss_zero - loss_spliced) / (loss_zero - loss_intact)`, each the mean cross-entropy of the sequences' next tokens.

    Args:
        model: whose residual stream the SAE reads.
        sae: on the CPU, as it is trained.
        tokens: `[sequences, length]`.
    """

    def spliced(stream: Tensor) -> Tensor:
        return sae.decode(sae.encode(stream.float().cpu())).to(stream)

    intact, zero, ours = (_loss(model, sae.layer, change, tokens) for change in (lambda stream: stream, torch.zeros_like, spliced))
    return (zero - ours) / (zero - intact)


def _loss(model: PreTrainedModel, layer: int, change: Change, tokens: Tensor) -> float:
    with changed(model, layer, change):
        parts = [log_probabilities(model, part, 1).cpu() for part in tokens.split(BATCH)]
    return -float(torch.cat(parts).mean())
