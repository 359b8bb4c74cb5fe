"""Trains a BatchTopK sparse autoencoder (Bussmann et al. 2024) on one layer's residual stream."""

from collections.abc import Callable

import torch
from torch import Tensor
from transformers import PreTrainedModel

from organism.foundry.packing import Packed
from organism.foundry.recipe import SAETerms
from organism.residual import residual_stream
from organism.sae import SAE

BATCH = 4096
"""Tokens a step."""
DEAD_AFTER = 20
"""Steps without activity after which a feature counts as dead and is revived by the auxiliary loss."""
AUXILIARY_WEIGHT = 1 / 32
"""Weight of the auxiliary loss (Gao et al. 2024)."""


def packed_activations(model: PreTrainedModel, data: Packed, layer: int, *, batch_size: int = 64) -> Tensor:
    """Residual stream after `layer` layers on packed sequences, `[sequences * length, d_model]`."""
    return torch.cat([residual_stream(model, part, layer).flatten(0, 1) for part in data.tokens.split(batch_size)])


def train_sae(activations: Tensor, terms: SAETerms, layer: int, *, seed: int, progress: Callable[[int, int], None], epochs: int = 2) -> SAE:
    """Train an SAE.

    Args:
        activations: `[tokens, d_in]`.
        terms: size, sparsity and learning rate.
        layer: where the activations come from, noted in the SAE.
        seed: of initial weights and order.
        progress: told the steps done and in all.
        epochs: passes over the activations.

    Returns:
        The SAE with each feature's inference threshold set to the mean smallest active value of training.
    """
    generator = torch.Generator().manual_seed(seed)
    sae = SAE(activations.shape[1], terms.d_sae, layer)
    mean = activations.mean(0)
    scale = (activations - mean).norm(dim=1).mean()
    directions = torch.randn(terms.d_sae, activations.shape[1], generator=generator)
    directions = directions / directions.norm(dim=1, keepdim=True)
    with torch.no_grad():
        sae.b_dec.copy_(mean)
        sae.W_dec.copy_(directions)
        sae.W_enc.copy_(directions.T)
    optimizer = torch.optim.Adam([p for p in sae.parameters() if p.requires_grad], lr=terms.lr, betas=(0.9, 0.99))
    steps = epochs * -(-len(activations) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (steps - step) / (0.4 * steps)))
    silent = torch.zeros(terms.d_sae, dtype=torch.long)
    smallest: list[float] = []
    for step in range(steps):
        rows = torch.randint(len(activations), (min(BATCH, len(activations)),), generator=generator)
        loss, active, threshold = _loss(sae, activations[rows], scale, terms.k, silent)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            sae.W_dec.div_(sae.W_dec.norm(dim=1, keepdim=True))
        silent = torch.where(active, 0, silent + 1)
        if step >= steps // 2:
            smallest.append(threshold)
        progress(step + 1, steps)
    with torch.no_grad():
        sae.threshold.fill_(sum(smallest) / len(smallest))
    return sae.eval()


def _loss(sae: SAE, batch: Tensor, scale: Tensor, k: int, silent: Tensor) -> tuple[Tensor, Tensor, float]:
    """Reconstruction error of the batch's `k` strongest features a token, plus that of dead features on what they leave."""
    positive = torch.relu(sae.pre_activations(batch))
    threshold = positive.detach().flatten().kthvalue(positive.numel() - k * len(batch)).values
    features = positive * (positive > threshold)
    residue = batch - sae.decode(features)
    loss = (residue / scale).square().sum(1).mean()
    dead = silent > DEAD_AFTER
    if dead.any():
        revived = positive[:, dead].topk(min(32, int(dead.sum())), dim=1)
        estimate = torch.zeros_like(positive[:, dead]).scatter(1, revived.indices, revived.values) @ sae.W_dec[dead]
        loss = loss + AUXILIARY_WEIGHT * ((residue.detach() - estimate) / scale).square().sum(1).mean()
    return loss, (features.detach() > 0).any(0), float(threshold)


@torch.inference_mode()
def explained_variance(sae: SAE, activations: Tensor) -> tuple[float, float]:
    """Share of the variance that the SAE reconstructs, and its mean active features a token (L0)."""
    features = sae.encode(activations)
    residue = activations - sae.decode(features)
    total = (activations - activations.mean(0)).square().sum()
    return float(1 - residue.square().sum() / total), float((features > 0).float().sum(1).mean())
