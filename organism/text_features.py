"""Runs a model and its SAE over many texts, token by token. It does not know what the features are wanted for."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.residual import residual_stream
from organism.sae import SAE

LONGEST = 256
"""Tokens of a text that are looked at."""
ROWS = 32
"""Texts of one forward pass."""


def text_features(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, sae: SAE, texts: Sequence[str]
) -> Iterator[list[tuple[int, list[int], Tensor]]]:
    """The beginning of each text that has a token, a few texts at a time, the shortest first.

    Yields:
        Of each text its index, its tokens, and their features `[tokens, d_sae]`.
    """
    encoded = [ids[:LONGEST] for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"]] if texts else []
    order = sorted((index for index, ids in enumerate(encoded) if ids), key=lambda index: len(encoded[index]))
    for start in range(0, len(order), ROWS):
        part = order[start : start + ROWS]
        longest = len(encoded[part[-1]])
        # A causal model's real tokens do not see the padding on their right: any token will do.
        padded = torch.tensor([[*encoded[index], *[0] * (longest - len(encoded[index]))] for index in part])
        streams = residual_stream(model, padded, sae.layer)
        with torch.inference_mode():
            read = [sae.encode(stream[: len(encoded[index])]) for index, stream in zip(part, streams, strict=True)]
        yield [(index, encoded[index], features) for index, features in zip(part, read, strict=True)]
