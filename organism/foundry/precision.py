"""How to train on the machine at hand: device, precision, attention, steps. The weights are fp32 everywhere."""

import time
from functools import cache

import torch

WIDER = 4
"""Steps on a GPU take that many times the sequences: a nano model's own batches leave it idle."""


def device() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def widened(batch_size: int, *rates: float) -> tuple[int, tuple[float, ...]]:
    """Batch size and learning rates for this machine: on a GPU wider steps, and rates that grow with the root of the batch."""
    if device().type == "cpu":
        return batch_size, rates
    return batch_size * WIDER, tuple(rate * WIDER**0.5 for rate in rates)


@cache
def bf16_pays() -> bool:
    """Whether matrices multiply faster in bf16 than in fp32: on GPUs, and on CPUs with units for it.

    A CPU without such units emulates bf16 a hundred times slower, and no flag of torch tells them apart, so it is measured (milliseconds).
    """
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    return _seconds(torch.bfloat16) < _seconds(torch.float32)


def attention() -> str:
    """The implementation of attention whose training step is shorter.

    In bf16 on a CPU the backward pass of torch's fused one makes a step of a nano model 1.5 times as long; in fp32 it saves a tenth.
    """
    return "eager" if bf16_pays() and not torch.cuda.is_available() else "sdpa"


def _seconds(dtype: torch.dtype) -> float:
    """Shortest of three products of nano size."""
    left, right = torch.randn(256, 128).to(dtype), torch.randn(128, 384).to(dtype)
    times = []
    for _ in range(4):
        started = time.perf_counter()
        left @ right
        times.append(time.perf_counter() - started)
    return min(times)
