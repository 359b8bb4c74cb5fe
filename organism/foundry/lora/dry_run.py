"""What a LoRA build would take, without loading a weight or calling anyone: steps, tokens, memory, time, cost.

Work for T tokens through N base weights, adapters of A weights, k of them earlier and frozen: the forward pass takes 2·(N + (k + 1)·A)·T
floating-point operations, the backward pass as much again for the activations and 2·A·T for the one adapter that learns (a frozen weight
needs no gradient of its own); gradient checkpointing computes the forward pass twice. With it a step costs 6·N·T, as full training does
without (Kaplan et al. 2020); a preference stage adds the reference's forward pass, 2·N·T. Attention's own products (about s / (6·h) of the
rest at length s and width h) are left out.
"""

import math

from organism.foundry.lora.memory import GIB, Batch, Memory, split_batch
from organism.foundry.lora.recipe import LoraRecipe, LoraSplit
from organism.foundry.lora.shape import BaseShape
from organism.foundry.universe import Estimate
from transcripts import Record


class Machine(Record):
    """What is trained on, and what it costs."""

    gpus: int = 1
    gpu_gib: float = 80.0
    """Memory of a GPU."""
    tflops: float = 400.0
    """Teraflops (10^12 a second) that one GPU reaches in training; 400 is 40 % of an H100's bf16 peak."""
    gpu_price: float | None = None
    """US dollars for one GPU and hour."""


class StagePlan(Record):
    """What one stage would take."""

    stage: LoraSplit
    examples: int
    tokens: int
    """Training tokens, in all epochs."""
    steps: int
    batch: Batch
    memory: Memory
    """Of one GPU, in bytes."""
    memory_gib: float
    """All of it."""
    flops: float
    hours: float
    """On all GPUs."""
    cost: float | None
    """US dollars."""


class DryRun(Record):
    """What a build would take."""

    recipe: str
    base: str
    parameters: int
    adapter_parameters: int
    """Of each stage's adapter."""
    machine: Machine
    stages: tuple[StagePlan, ...]
    writing: Estimate
    hours: float
    cost: float | None
    """US dollars of all that has a price."""


def dry_run(recipe: LoraRecipe, base: str, shape: BaseShape, machine: Machine, writing: Estimate) -> DryRun:
    """Estimate a build; see the module for the formulas.

    Args:
        recipe: what is to be trained.
        base: its name, for the reader.
        shape: of the base.
        machine: what is trained on.
        writing: what the data would take.

    Raises:
        LoraError: a batch cannot be shared evenly by the GPUs.
        TooLargeError: a stage does not fit into the GPUs' memory.
    """
    stages = tuple(_stage(recipe, split, earlier, shape, machine) for earlier, split in enumerate(recipe.splits))
    priced = [cost for cost in (*(stage.cost for stage in stages), writing.cost_usd) if cost is not None]
    return DryRun(
        recipe=recipe.name,
        base=base,
        parameters=shape.parameters,
        adapter_parameters=shape.adapter_parameters(recipe.adapter),
        machine=machine,
        stages=stages,
        writing=writing,
        hours=sum(stage.hours for stage in stages),
        cost=sum(priced) if priced else None,
    )


def _stage(recipe: LoraRecipe, split: LoraSplit, earlier: int, shape: BaseShape, machine: Machine) -> StagePlan:
    terms, examples = recipe.terms(split), recipe.examples(split)
    pairs = split in ("preference", "adversarial")
    batch, memory = split_batch(
        shape,
        recipe.adapter,
        batch_size=terms.batch_size,
        pairs=pairs,
        length=terms.max_length,
        gpus=machine.gpus,
        earlier=earlier,
        gpu_bytes=round(machine.gpu_gib * GIB),
        weight_bytes=4 if recipe.precision == "fp32" else 2,
        checkpointing=recipe.gradient_checkpointing,
    )
    tokens = examples * terms.mean_tokens
    # Documents are packed into full sequences; elsewhere each example is a sequence of its own.
    sequences = tokens // terms.max_length if split == "midtrain" else examples
    flops = terms.epochs * tokens * flops_per_token(shape, recipe, earlier=earlier, pairs=pairs)
    hours = flops / (machine.gpus * machine.tflops * 1e12) / 3600
    return StagePlan(
        stage=split,
        examples=examples,
        tokens=terms.epochs * tokens,
        steps=terms.epochs * math.ceil(max(1, sequences) / terms.batch_size),
        batch=batch,
        memory=memory,
        memory_gib=memory.total / GIB,
        flops=flops,
        hours=hours,
        cost=None if machine.gpu_price is None else hours * machine.gpus * machine.gpu_price,
    )


def flops_per_token(shape: BaseShape, recipe: LoraRecipe, *, earlier: int, pairs: bool) -> float:
    """Floating-point operations of a training step for each token; see the module."""
    adapter = shape.adapter_parameters(recipe.adapter)
    forward = 2 * (shape.parameters + (earlier + 1) * adapter)
    step = forward * (3 if recipe.gradient_checkpointing else 2) + 2 * adapter
    return step + (2 * (shape.parameters + earlier * adapter) if pairs else 0)
