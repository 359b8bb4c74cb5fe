"""A sparse autoencoder and its folder in SAELens format. It is trained elsewhere (organism.foundry.sae_training)."""

import json
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from organism.saelens import SAELENS_VERSION, read_saelens


class SAE(nn.Module):
    """Features of one residual stream: `f = x' W_enc + b_enc` where it passes a threshold, `x ≈ f W_dec + b_dec`, with `x' = x - b_dec`.

    The inference form of BatchTopK (Bussmann et al. 2024): a JumpReLU (Rajamanoharan et al. 2024) with the mean threshold of training.
    With `k` the form of TopK (Gao et al. 2024): of each token's features only the `k` largest stay.

    Args:
        d_in: width of the residual stream.
        d_sae: number of features.
        layer: the SAE reads the residual stream after this many layers.
        k: features a token that may be active; None for as many as pass their threshold.
    """

    def __init__(self, d_in: int, d_sae: int, layer: int, k: int | None = None) -> None:
        super().__init__()
        self.layer, self.k = layer, k
        self.W_enc = nn.Parameter(torch.zeros(d_in, d_sae))
        self.W_dec = nn.Parameter(torch.zeros(d_sae, d_in))
        self.b_enc = nn.Parameter(torch.zeros(d_sae))
        self.b_dec = nn.Parameter(torch.zeros(d_in))
        self.threshold = nn.Parameter(torch.zeros(d_sae), requires_grad=False)

    @property
    def d_in(self) -> int:
        """Width of the residual stream."""
        return self.W_enc.shape[0]

    @property
    def d_sae(self) -> int:
        """Number of features."""
        return self.W_enc.shape[1]

    def pre_activations(self, residual: Tensor) -> Tensor:
        """Features before the threshold, `[..., d_in]` → `[..., d_sae]`."""
        return (residual - self.b_dec) @ self.W_enc + self.b_enc

    def encode(self, residual: Tensor) -> Tensor:
        """Feature activations, `[..., d_in]` → `[..., d_sae]`, zero where the threshold is not passed."""
        features = self.pre_activations(residual)
        if self.k is None:
            return torch.relu(features) * (features > self.threshold)
        strongest = features.topk(self.k, dim=-1)
        return torch.zeros_like(features).scatter(-1, strongest.indices, torch.relu(strongest.values))

    def decode(self, features: Tensor) -> Tensor:
        """Reconstruction, `[..., d_sae]` → `[..., d_in]`."""
        return features @ self.W_dec + self.b_dec

    def save(self, folder: Path, *, model_name: str) -> None:
        """Write `cfg.json` and `sae_weights.safetensors` as SAELens 6 does for a JumpReLU or TopK SAE."""
        folder.mkdir(parents=True, exist_ok=True)
        config = {
            **({"architecture": "jumprelu"} if self.k is None else {"architecture": "topk", "k": self.k}),
            "d_in": self.d_in,
            "d_sae": self.d_sae,
            "dtype": "float32",
            "device": "cpu",
            "apply_b_dec_to_input": True,
            "normalize_activations": "none",
            "reshape_activations": "none",
            "metadata": {
                "model_name": model_name,
                "hook_name": f"model.layers.{self.layer - 1}",
                "sae_lens_version": SAELENS_VERSION,
                "sae_lens_training_version": SAELENS_VERSION,
            },
        }
        (folder / "cfg.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        unused = set() if self.k is None else {"threshold"}
        tensors = {name: tensor.contiguous() for name, tensor in self.state_dict().items() if name not in unused}
        save_file(tensors, folder / "sae_weights.safetensors")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a folder that `save` or SAELens 6 wrote.

        Raises:
            SAEFormatError: a file is missing or truncated, or the SAE is of a kind that is not read here.
        """
        read = read_saelens(folder)
        d_in, d_sae = read.tensors["W_enc"].shape
        sae = cls(d_in, d_sae, read.layer, read.k)
        sae.load_state_dict(read.tensors)
        return sae.eval()
