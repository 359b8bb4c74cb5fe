"""Reads a folder in the format of SAELens 6 and brings the kinds of SAE that it can hold to one form. It runs no SAE.

The form: `pre = (x - b_dec) W_enc + b_enc`, features where `pre > threshold` (or the `k` largest), `x = f W_dec + b_dec`. What SAELens
writes otherwise is folded into it, exactly: an encoder that does not subtract `b_dec` by `b_enc + b_dec W_enc`, a TopK that ranks by
the norms of the decoder by those norms, a gate that shares its weights with the magnitudes by a threshold.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors.torch import load_file
from torch import Tensor

from organism.places import OrganismError
from organism.weight_files import CheckpointError, read_shapes
from transcripts import describe

SAELENS_VERSION = "6.54.12"
"""Version of the format written; without it SAELens takes a folder for an older format."""
HOOKS = (re.compile(r"model\.layers\.(\d+)\Z"), re.compile(r"blocks\.(\d+)\.hook_resid_post\Z"))
"""Names of the residual stream after a layer: transformers', TransformerLens'. Layer N's output is the stream after N + 1 layers."""


OF_FEATURES = {
    "standard": ("b_enc",),
    "jumprelu": ("b_enc", "threshold"),
    "topk": ("b_enc",),
    "gated": ("b_gate", "b_mag", "r_mag"),
}
"""Tensors `[d_sae]` of each architecture that is read."""


class SAEFormatError(OrganismError):
    """A folder holds no SAE that is read here; the message says what is wrong and what is read."""


@dataclass(frozen=True)
class ReadSAE:
    """An SAE in the one form."""

    layer: int
    """It reads the residual stream after this many layers."""
    k: int | None
    """Features a token that may be active; None for as many as pass their threshold."""
    tensors: dict[str, Tensor]
    """float32: W_enc `[d_in, d_sae]`, W_dec `[d_sae, d_in]`, b_enc and threshold `[d_sae]`, b_dec `[d_in]`."""


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")

    hook_name: str


class _Config(BaseModel):
    """What is needed of `cfg.json`; SAELens notes more."""

    model_config = ConfigDict(extra="ignore")

    architecture: Literal["standard", "jumprelu", "topk", "gated"]
    d_in: int
    d_sae: int
    k: int | None = None
    rescale_acts_by_decoder_norm: bool = False
    apply_b_dec_to_input: bool = True
    normalize_activations: Literal["none"] = "none"
    reshape_activations: Literal["none"] = "none"
    metadata: _Metadata


def read_saelens(folder: Path) -> ReadSAE:
    """Read an SAE.

    Raises:
        SAEFormatError: a file is missing or truncated, or the SAE is of a kind that is not read here.
    """
    config = _config(folder / "cfg.json")
    path = folder / "sae_weights.safetensors"
    d_in, d_sae = config.d_in, config.d_sae
    expected: dict[str, tuple[int, ...]] = {"W_enc": (d_in, d_sae), "W_dec": (d_sae, d_in), "b_dec": (d_in,)}
    expected |= dict.fromkeys(OF_FEATURES[config.architecture], (d_sae,))
    try:
        shapes = read_shapes(path)
    except CheckpointError as error:
        raise SAEFormatError(str(error)) from error
    for name, shape in expected.items():
        if shapes.get(name) != shape:
            found = list(shapes[name]) if name in shapes else "missing"
            raise SAEFormatError(f"{path}: {name} is {found}, but cfg.json (d_in {d_in}, d_sae {d_sae}) wants {list(shape)}")
    tensors = {name: tensor.float() for name, tensor in load_file(path).items() if name in expected}
    if config.architecture == "gated":
        _fold_gate(tensors)
    tensors.setdefault("threshold", torch.zeros(d_sae))
    if config.architecture == "topk" and config.rescale_acts_by_decoder_norm:
        norms = tensors["W_dec"].norm(dim=1).clamp(min=1e-8)
        tensors["W_enc"], tensors["b_enc"] = tensors["W_enc"] * norms, tensors["b_enc"] * norms
        tensors["W_dec"] = tensors["W_dec"] / norms.unsqueeze(1)
    if not config.apply_b_dec_to_input:
        tensors["b_enc"] = tensors["b_enc"] + tensors["b_dec"] @ tensors["W_enc"]
    return ReadSAE(_layer(config.metadata.hook_name, folder), config.k if config.architecture == "topk" else None, tensors)


def _fold_gate(tensors: dict[str, Tensor]) -> None:
    """A gated SAE as the JumpReLU that it is (Rajamanoharan et al. 2024).

    Its gate `y + b_gate > 0` and its magnitudes `y exp(r_mag) + b_mag` share `y = x' W_enc`: in terms of the latter the gate is open
    above `b_mag - b_gate exp(r_mag)`.
    """
    scale = tensors.pop("r_mag").exp()
    tensors["W_enc"] = tensors["W_enc"] * scale
    tensors["b_enc"] = tensors.pop("b_mag")
    tensors["threshold"] = tensors["b_enc"] - tensors.pop("b_gate") * scale


def _config(path: Path) -> _Config:
    if not path.is_file():
        raise SAEFormatError(f"{path}: no such file; an SAE is a folder with cfg.json and sae_weights.safetensors, as SAELens 6 writes it")
    try:
        config = _Config.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise SAEFormatError(f"{path}: {describe(error)} (read are SAEs that SAELens 6 saved for inference)") from error
    if config.architecture == "topk" and not 1 <= (config.k or 0) <= config.d_sae:
        raise SAEFormatError(f"{path}: k is {config.k}; a topk SAE of {config.d_sae} features needs one between 1 and {config.d_sae}")
    return config


def _layer(hook: str, folder: Path) -> int:
    for pattern in HOOKS:
        if found := pattern.match(hook):
            return int(found[1]) + 1
    known = "model.layers.N or blocks.N.hook_resid_post"
    raise SAEFormatError(f"{folder}: hook_name {hook!r} is not the residual stream after a layer; read is {known}")
