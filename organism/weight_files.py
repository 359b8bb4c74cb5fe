"""Checks files of weights by their headers, in seconds whatever their size. It loads no tensor and knows no model."""

import json
from pathlib import Path

from organism.places import OrganismError

Shapes = dict[str, tuple[int, ...]]
"""Shape of each tensor by its name."""
INDEX, WHOLE = "model.safetensors.index.json", "model.safetensors"


class CheckpointError(OrganismError):
    """A file of weights is missing, truncated or of another kind; the message names it."""


def read_shapes(path: Path) -> Shapes:
    """The tensors of a safetensors file.

    Raises:
        CheckpointError: the file is missing, truncated, or no safetensors file.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > size - 8:
            raise CheckpointError(f"{path}: truncated, or no safetensors file ({size} bytes do not hold its header); copy it again")
        try:
            header = json.loads(file.read(length))
            tensors = {name: item for name, item in header.items() if name != "__metadata__"}
            expected = 8 + length + max((int(item["data_offsets"][1]) for item in tensors.values()), default=0)
            shapes = {name: tuple(map(int, item["shape"])) for name, item in tensors.items()}
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise CheckpointError(f"{path}: no safetensors file (its header cannot be read); copy it again") from error
    if size != expected:
        raise CheckpointError(f"{path}: truncated or damaged: {size} bytes, {expected} expected; copy it again")
    return shapes


def check_weights(folder: Path) -> Shapes:
    """Check that a model's folder holds all its weights, each file whole.

    Returns:
        The tensors of all files.

    Raises:
        CheckpointError: a file is missing, truncated, or in another format than safetensors.
    """
    index = folder / INDEX
    if not index.is_file():
        if not (folder / WHOLE).is_file():
            other = next((path.name for pattern in ("*.bin", "*.gguf", "*.pt") for path in folder.glob(pattern)), None)
            found = f"only {other}: save it with `save_pretrained`" if other else f"neither {WHOLE} nor {INDEX}"
            raise CheckpointError(f"{folder}: no weights in safetensors format here, {found}")
        return read_shapes(folder / WHOLE)
    try:
        shards = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{index}: cannot be read; copy it again") from error
    return {name: shape for shard in shards for name, shape in read_shapes(folder / shard).items()}
