"""Estimates the GPU memory of a training step, and splits a batch so that it fits. It measures nothing: see the formulas.

Per GPU, for N GPUs that share all weights (FSDP, full sharding), w bytes a weight (2 in bf16, 4 in fp32), P base weights, A weights of
one adapter, k earlier adapters, b sequences of s tokens, L layers of width h, keys of width g, feed-forward layers of width f:

- base w·P / N and earlier adapters w·k·A / N, both frozen: neither gradients nor optimizer states;
- the adapter in fp32: weights 4·A / N, gradients 4·A / N, AdamW's two moments 8·A / N (Rajbhandari et al. 2020, "ZeRO", section 3.1);
- for N > 1 what is gathered at a time: this layer and the next, and all outside the layers, w·(2·P_layer + P_outside);
- activations (after Korthikanti et al. 2022, "Reducing activation recomputation", equation 2, without attention's score matrix, which fused
  attention never stores, and with a gated feed-forward layer): one layer keeps b·s·(w·(6h + 2g + 4f) + 4·sum of the inputs of its adapted
  linear layers), for PEFT casts those to the adapter's fp32. With gradient checkpointing that holds for one layer at a time, beside the
  inputs of all, w·b·s·h·L; without it for all L;
- logits: TRL computes them in tiles of at most 4096 tokens by 32,768 words in fp32 and never stores them whole;
- a fixed share for CUDA's context, buffers and fragmentation.
"""

from pydantic import Field

from organism.foundry.lora.errors import LoraError
from organism.foundry.lora.recipe import AdapterTerms
from organism.foundry.lora.shape import BaseShape
from transcripts import Record

GIB = 1 << 30
OVERHEAD = 2 * GIB
"""CUDA's context, communication buffers, fragmentation."""
USABLE = 0.92
"""Share of a GPU's memory that a plan may fill: the estimate is no measurement."""
LOGITS_TILE = (4096, 32_768)
"""Tokens and words of TRL's largest tile of logits."""


class TooLargeError(LoraError):
    """A stage does not fit into the GPUs' memory, even with one sequence at a time; the message gives both numbers."""


class Memory(Record):
    """Memory of one GPU in bytes."""

    weights: int
    earlier_adapters: int
    adapter: int
    gradients: int
    optimizer: int
    gathered: int
    activations: int
    logits: int
    overhead: int = OVERHEAD

    @property
    def total(self) -> int:
        """All of it."""
        return sum(int(value) for value in self.model_dump().values())


class Batch(Record):
    """How a batch is split."""

    micro: int = Field(ge=1)
    """Sequences (pairs) a GPU computes at a time."""
    accumulation: int = Field(ge=1)
    """Times that it does so in one step."""


def estimate_memory(
    shape: BaseShape,
    adapter: AdapterTerms,
    *,
    rows: int,
    length: int,
    gpus: int,
    earlier: int,
    weight_bytes: int = 2,
    checkpointing: bool = True,
) -> Memory:
    """Memory of one GPU in a training step; see the module.

    Args:
        shape: of the base.
        adapter: rank and place.
        rows: sequences at a time, two for a preference pair.
        length: tokens of each.
        gpus: that share the weights.
        earlier: adapters of the stages before.
        weight_bytes: 2 for bf16, 4 for fp32.
        checkpointing: whether activations within a layer are computed again.
    """
    size = shape.adapter_parameters(adapter)
    layer = (shape.parameters - shape.outside) // shape.layers
    inputs = sum(inputs for inputs, _ in shape.adapted(adapter)) // shape.layers
    tokens = rows * length
    kept = tokens * (weight_bytes * (6 * shape.hidden + 2 * shape.keys + 4 * shape.intermediate) + 4 * inputs)
    boundaries = tokens * weight_bytes * shape.hidden * shape.layers
    return Memory(
        weights=weight_bytes * shape.parameters // gpus,
        earlier_adapters=weight_bytes * earlier * size // gpus,
        adapter=4 * size // gpus,
        gradients=4 * size // gpus,
        optimizer=8 * size // gpus,
        gathered=weight_bytes * (2 * layer + shape.outside) if gpus > 1 else 0,
        activations=boundaries + kept if checkpointing else shape.layers * kept,
        logits=4 * min(tokens, LOGITS_TILE[0]) * min(shape.vocabulary, LOGITS_TILE[1]),
    )


def split_batch(
    shape: BaseShape,
    adapter: AdapterTerms,
    *,
    batch_size: int,
    pairs: bool,
    length: int,
    gpus: int,
    earlier: int,
    gpu_bytes: int,
    weight_bytes: int = 2,
    checkpointing: bool = True,
) -> tuple[Batch, Memory]:
    """The largest share of a batch that fits, and what it takes.

    Raises:
        LoraError: the batch cannot be shared evenly among the GPUs.
        TooLargeError: one sequence at a time is too much already.
    """
    if batch_size % gpus:
        raise LoraError(f"a batch of {batch_size} cannot be shared evenly by {gpus} GPUs")
    share = batch_size // gpus
    for micro in (size for size in range(share, 0, -1) if share % size == 0):
        memory = estimate_memory(
            shape,
            adapter,
            rows=2 * micro if pairs else micro,
            length=length,
            gpus=gpus,
            earlier=earlier,
            weight_bytes=weight_bytes,
            checkpointing=checkpointing,
        )
        if memory.total <= USABLE * gpu_bytes:
            return Batch(micro=micro, accumulation=share // micro), memory
    raise TooLargeError(
        f"one sequence of {length} tokens needs about {memory.total / GIB:.0f} GiB a GPU of {gpu_bytes / GIB:.0f}; "
        f"use more than {gpus} GPU{'s' * (gpus > 1)}, a smaller base or a smaller max_length"
    )
