"""Looks a model and its adapters over without loading a weight: shapes from the configuration against shapes from the files' headers."""

import warnings
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel

from organism.places import OrganismError
from organism.weight_files import Shapes, check_weights, read_shapes

ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
"""What makes an adapter; other files beside them are left behind."""


class AdapterError(OrganismError):
    """An adapter does not fit its base, or is not whole; the message names it and both shapes."""


class ModelShapeError(OrganismError):
    """A folder holds no causal language model, or its weights are not those of its configuration."""


def inspect_model(folder: Path) -> PreTrainedModel:
    """The model of a folder without its weights (on torch's meta device), once its files are known to be whole and to fit.

    Raises:
        CheckpointError: a file of weights is missing or truncated.
        ModelShapeError: no causal language model, or weights of other shapes than its configuration says.
    """
    shapes = check_weights(folder)
    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        model = _empty(config)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelShapeError(f"{folder}: no causal language model that transformers can load: {_line(error)}") from error
    for name, tensor in model.state_dict().items():
        if name in shapes and shapes[name] != tuple(tensor.shape):
            raise ModelShapeError(
                f"{folder}: {name} is {list(shapes[name])} in the weights, but {list(tensor.shape)} according to config.json"
            )
    return model


def check_adapter(folder: Path, model: PreTrainedModel) -> None:
    """Check that an adapter is whole and made for a model of these shapes.

    Args:
        folder: as PEFT writes it.
        model: from `inspect_model`; it is not changed.

    Raises:
        CheckpointError: its weights are missing or truncated.
        AdapterError: it is no adapter, of a kind that cannot be merged, or made for a model of other shapes.
    """
    from peft import PeftConfig, get_peft_model, get_peft_model_state_dict  # loading it takes a second that most commands do not need

    if not (folder / ADAPTER_FILES[0]).is_file():
        raise AdapterError(f"{folder}: no {ADAPTER_FILES[0]}; an adapter is a folder as PEFT's `save_pretrained` writes it")
    found = read_shapes(folder / ADAPTER_FILES[1])
    try:
        config = PeftConfig.from_pretrained(str(folder))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AdapterError(f"{folder / ADAPTER_FILES[0]}: cannot be read: {_line(error)}") from error
    if config.peft_type is None:
        raise AdapterError(f"{folder / ADAPTER_FILES[0]}: cannot be read: it names no peft_type; copy it again")
    if config.is_prompt_learning:
        raise AdapterError(f"{folder}: {config.peft_type} learns a prompt, which cannot be merged into weights; give a LoRA adapter")
    if hasattr(config, "init_lora_weights"):
        config.init_lora_weights = False  # the adapter's own weights come later; some ways to begin read the base's, which are not here
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adapted = get_peft_model(_empty(model.config), config, low_cpu_mem_usage=True)
            wanted = _shapes(get_peft_model_state_dict(adapted, save_embedding_layers=False))
    except (ValueError, TypeError, KeyError, RuntimeError, AttributeError) as error:
        raise AdapterError(f"{folder}: was made for another kind of model: {_line(error)}") from error
    _compare(folder, found, wanted, _shapes(adapted.state_dict()))


def _compare(folder: Path, found: Shapes, wanted: Shapes, whole: Shapes) -> None:
    """`whole` has also the base's own tensors, of which an adapter may carry trained copies."""
    for name, shape in found.items():
        expected = wanted.get(name, whole.get(name))
        if expected is None:
            raise AdapterError(f"{folder}: has {name} {list(shape)}, for which this model has no place: it was made for another base")
        if shape != expected:
            raise AdapterError(f"{folder}: {name} is {list(shape)}, but {list(expected)} in this model: it was made for another base")
    if missing := sorted(set(wanted) - set(found)):
        raise AdapterError(f"{folder}: lacks {len(missing)} of its {len(wanted)} tensors, among them {missing[0]}: copy it again")


def _empty(config: PreTrainedConfig) -> PreTrainedModel:
    with torch.device("meta"):
        model: PreTrainedModel = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    return model


def _shapes(tensors: dict[str, torch.Tensor]) -> Shapes:
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
