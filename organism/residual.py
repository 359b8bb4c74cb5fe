"""Reads and changes a model's residual stream while it runs. It knows tokens and vectors, no text and no feature."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from organism.places import OrganismError

Change = Callable[[Tensor], Tensor]
"""The residual stream `[rows, tokens, d_model]` to what the next layer reads instead, in the same shape."""


@dataclass(frozen=True, eq=False)
class Shift:
    """A vector that is added to the residual stream at every token."""

    layer: int
    """It is added after this many layers, from 1."""
    vector: Tensor
    """`[d_model]`."""


@contextmanager
def changed(model: PreTrainedModel, layer: int, change: Change) -> Iterator[None]:
    """Replace the residual stream after `layer` layers (from 1) by what `change` makes of it.

    Only in forward passes of the thread that entered: others may use the same model meanwhile.
    """
    thread = threading.get_ident()

    def hook(_module: nn.Module, _inputs: Any, output: Any) -> Any:
        if threading.get_ident() != thread:
            return output
        if isinstance(output, tuple):  # some families of models return more than the stream
            return (change(output[0]), *output[1:])
        return change(output)

    handle = decoder_layers(model)[layer - 1].register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


@torch.inference_mode()
def residual_stream(model: PreTrainedModel, tokens: Tensor, layer: int) -> Tensor:
    """The residual stream after `layer` layers (0: the embeddings), before any final norm.

    Args:
        model: a causal language model.
        tokens: `[rows, tokens]`; rows may be padded on the right.
        layer: 0 to the number of layers.

    Returns:
        float32 on the CPU, `[rows, tokens, d_model]`.
    """
    ids = tokens.to(model.device)
    if layer == 0:
        embedded: Tensor = model.base_model(input_ids=ids, output_hidden_states=True).hidden_states[0]
        return embedded.float().cpu()
    seen: list[Tensor] = []

    def look(stream: Tensor) -> Tensor:
        seen.append(stream.float().cpu())
        return stream

    with changed(model, layer, look):
        model.base_model(input_ids=ids)
    return seen[0]


def decoder_layers(model: PreTrainedModel) -> nn.ModuleList:
    """The layers of a model in their order.

    Raises:
        OrganismError: its architecture keeps them otherwise than as one list.
    """
    count = int(model.config.get_text_config().num_hidden_layers)
    for module in model.base_model.modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return module
    raise OrganismError(f"{type(model).__name__} keeps its {count} layers in no list, so its residual stream cannot be reached")


class RowShifts:
    """The shifts of a batch in which each row has its own, or none.

    Args:
        shifts: one a row.
    """

    def __init__(self, shifts: Sequence[Shift | None]) -> None:
        self._vectors: dict[int, Tensor] = {}
        for row, shift in enumerate(shifts):
            if shift is not None:
                zeros = torch.zeros(len(shifts), 1, len(shift.vector))
                self._vectors.setdefault(shift.layer, zeros)[row, 0] = shift.vector

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows of the batch alone."""
        self._vectors = {layer: vectors[rows.to(vectors.device)] for layer, vectors in self._vectors.items()}

    @contextmanager
    def applied(self, model: PreTrainedModel) -> Iterator[None]:
        """Add them in the forward passes within."""
        with ExitStack() as stack:
            for layer in self._vectors:
                stack.enter_context(changed(model, layer, self._adding(layer)))
            yield

    def _adding(self, layer: int) -> Change:
        def add(stream: Tensor) -> Tensor:
            vectors = self._vectors[layer] = self._vectors[layer].to(stream)
            return stream + vectors

        return add
