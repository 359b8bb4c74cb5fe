"""Adapters of several stages on one base in training, active together: W + Σ s_i·B_i·A_i.

They are not merged into the weights, which are mostly bf16 here: an update below 1/512 of a weight would be rounded away, and the later
stages (learning rate 5e-7) make just such updates. In use, adapters are merged in fp32 (see organism.loading).
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from peft import LoraConfig, PeftModel
from peft.tuners.lora import LoraModel

from organism.foundry.lora.recipe import AdapterTerms

TRAINED = "default"
"""PEFT's name of the adapter that a stage trains."""
EARLIER = "ref"
"""Name of the adapters before, joined into one. TRL's DPOTrainer takes the model with an adapter of this name alone as its reference."""


def lora_config(terms: AdapterTerms) -> LoraConfig:
    """PEFT's config of a stage's adapter."""
    modules = terms.target_modules
    return LoraConfig(
        r=terms.r,
        lora_alpha=terms.alpha,
        lora_dropout=terms.dropout,
        target_modules=modules if isinstance(modules, str) else list(modules),
        bias="none",
        task_type="CAUSAL_LM",
    )


def stack_earlier(model: PeftModel, adapters: Sequence[Path]) -> None:
    """Put the adapters of earlier stages, frozen, under the one that is trained; checkpoints then hold the trained one alone.

    Args:
        model: with the trained adapter.
        adapters: folders, in any order (their updates are added).
    """
    # FSDP and the Trainer save what `save_pretrained` saves; the earlier adapters lie in folders of their own already.
    model.save_pretrained = partial(model.save_pretrained, selected_adapters=[TRAINED])  # type: ignore[method-assign]
    if not adapters:
        return
    _join(model, adapters)
    # TRL activates `ref` alone for the reference and then what was active before, by one name: that name means both here.
    model.set_adapter = partial(_activate, model)  # type: ignore[method-assign]
    model.set_adapter(TRAINED)


def _activate(model: PeftModel, name: str) -> None:
    """The trained adapter with the earlier ones under it, or those alone; the trained one alone learns."""
    _tuner(model).set_adapter([TRAINED, EARLIER] if name == TRAINED else [EARLIER])
    for parameter_name, parameter in model.named_parameters():
        parameter.requires_grad_(f".{TRAINED}." in parameter_name)


def _join(model: PeftModel, adapters: Sequence[Path]) -> None:
    """Load adapters as one: their ranks lie side by side, so nothing is approximated."""
    # Frozen, so in the base's precision: the half of fp32, and FSDP wants one type for all that it gathers at a time.
    if len(adapters) == 1:
        model.load_adapter(str(adapters[0]), EARLIER, is_trainable=False, autocast_adapter_dtype=False)
        return
    names = [f"stage{number}" for number in range(len(adapters))]
    for name, folder in zip(names, adapters, strict=True):
        model.load_adapter(str(folder), name, is_trainable=False, autocast_adapter_dtype=False)
    _tuner(model).add_weighted_adapter(names, [1.0] * len(names), EARLIER, combination_type="cat")
    for name in names:
        model.delete_adapter(name)


def _tuner(model: PeftModel) -> LoraModel:
    """The part that holds the adapters; `PeftModel.set_adapter` takes one name alone."""
    return cast(LoraModel, model.base_model)
