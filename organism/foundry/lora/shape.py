"""What a base model is made of, counted from its config alone: the model is built without memory (torch's meta device)."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from organism.foundry.lora.errors import BaseError
from organism.foundry.lora.recipe import AdapterTerms


@dataclass(frozen=True)
class BaseShape:
    """Sizes of a base model."""

    parameters: int
    """All weights; tied ones once."""
    layers: int
    hidden: int
    """Width of the residual stream (d_model)."""
    intermediate: int
    """Width of the feed-forward layer."""
    keys: int
    """Width of the keys, and of the values, of all heads."""
    vocabulary: int
    outside: int
    """Weights outside the layers: embeddings, output matrix, last norm."""
    linears: tuple[tuple[str, int, int], ...]
    """Name, inputs and outputs of each linear layer but the output matrix."""

    def adapted(self, terms: AdapterTerms) -> list[tuple[int, int]]:
        """Inputs and outputs of the linear layers that get an adapter."""
        if terms.target_modules == "all-linear":
            return [(inputs, outputs) for _, inputs, outputs in self.linears]
        wanted = set(terms.target_modules)
        return [(inputs, outputs) for name, inputs, outputs in self.linears if name.rsplit(".", 1)[-1] in wanted]

    def adapter_parameters(self, terms: AdapterTerms) -> int:
        """Weights of one adapter: r · (inputs + outputs) for each adapted layer (Hu et al. 2021)."""
        return sum(terms.r * (inputs + outputs) for inputs, outputs in self.adapted(terms))


def base_shape(config: dict[str, Any]) -> BaseShape:
    """The shape of the model that a config describes.

    Args:
        config: content of a config.json.

    Raises:
        BaseError: transformers knows no causal language model of that kind.
    """
    try:
        fields = dict(config)
        known = AutoConfig.for_model(fields.pop("model_type", "absent"), **fields)
        with torch.device("meta"):
            model: PreTrainedModel = AutoModelForCausalLM.from_config(known, dtype=torch.bfloat16)
    except (ValueError, KeyError) as error:
        raise BaseError(f"config.json describes no causal language model that transformers knows: {error}") from error
    text = known.get_text_config()
    head = model.get_output_embeddings()
    inner = [module for module in model.modules() if isinstance(module, nn.ModuleList) and len(module) == text.num_hidden_layers]
    within = sum(parameter.numel() for parameter in inner[0].parameters()) if inner else 0
    parameters = sum(parameter.numel() for parameter in model.parameters())
    size = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    return BaseShape(
        parameters=parameters,
        layers=text.num_hidden_layers,
        hidden=text.hidden_size,
        intermediate=getattr(text, "intermediate_size", 4 * text.hidden_size),
        keys=size * (getattr(text, "num_key_value_heads", None) or text.num_attention_heads),
        vocabulary=text.vocab_size,
        outside=parameters - within,
        linears=tuple(
            (name, module.in_features, module.out_features)
            for name, module in model.named_modules()
            if isinstance(module, nn.Linear) and module is not head
        ),
    )
