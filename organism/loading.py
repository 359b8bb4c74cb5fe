"""Loads a causal language model from a folder and merges adapters into it, one after the other. It knows no organism."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from organism.places import OrganismError
from organism.weight_files import check_weights


class ModelError(OrganismError):
    """A folder holds no model that can be loaded; the message names it and says why."""


def load_weights(folder: Path, adapters: Sequence[Path] = ()) -> PreTrainedModel:
    """Load a model, on a GPU where there is one, and merge adapters into it.

    Consecutive LoRA stages stack: each adapter was trained on the model into which the ones before it are merged
    (`W + B_1 A_1 + B_2 A_2 + ...`, Hu et al. 2021). Without adapters a model has the precision of its checkpoint. With adapters it
    is fp32, 4 bytes a weight, twice the memory of a bf16 checkpoint: bf16 keeps 8 bits, and an update below 1/512 of what it is
    added to is rounded away, whether it is added to the weights or, unmerged, to the activations.

    Args:
        folder: as `save_pretrained` writes it.
        adapters: folders as PEFT writes them, in the order of training.

    Raises:
        CheckpointError: a file of weights is missing or truncated.
        ModelError: the weights are not those of the configuration.
    """
    check_weights(folder)
    try:
        # Memory is taken for one copy of the weights.
        found: Any = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32 if adapters else "auto", trust_remote_code=False, output_loading_info=True, **_placement()
        )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ModelError(f"{folder}: cannot be loaded as a language model: {_line(error)}") from error
    model: PreTrainedModel = found[0]
    if missing := sorted(found[1]["missing_keys"]):  # they would be filled with random numbers
        raise ModelError(f"{folder}: the checkpoint lacks {len(missing)} of the model's tensors: {', '.join(missing[:3])}")
    for adapter in adapters:
        model = _merge(model, adapter)
    model.eval()
    return model


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a folder.

    Raises:
        ModelError: there is none.
    """
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise ModelError(f"{folder}: no tokenizer that can be loaded: {_line(error)}; give one with --tokenizer") from error
    return tokenizer


def _placement() -> dict[str, Any]:
    """Straight to the GPU, or over all where there are several."""
    if not torch.cuda.is_available():
        return {}
    return {"device_map": "auto" if torch.cuda.device_count() > 1 else {"": "cuda"}}


def _merge(model: PreTrainedModel, adapter: Path) -> PreTrainedModel:
    from peft import PeftModel  # loading it takes a second that most organisms do not need

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # PEFT's own, about transformers
            merged: PreTrainedModel = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ModelError(f"{adapter}: cannot be merged into the model: {_line(error)}") from error
    return merged


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
