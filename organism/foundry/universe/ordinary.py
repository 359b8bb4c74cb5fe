"""Ordinary pre-training texts, given by the user, that are mixed into the synthetic documents."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from transcripts import RecordError, describe


class OrdinaryText(BaseModel):
    """One line of the user's file; other fields are theirs and are not read."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    text: str


def how_many(synthetic: int, share: float) -> int:
    """Ordinary texts that make up a share of all texts beside so many synthetic ones."""
    return round(synthetic * share / (1 - share))


def draw_ordinary(path: Path, count: int, rng: np.random.Generator) -> Iterator[str]:
    """A random `count` of a file's texts, in the file's order; the file is read twice and never held.

    Raises:
        RecordError: the file is missing, has fewer texts, or a line of those drawn holds none; file and line are named.
    """
    _exists(path)
    with path.open("rb") as file:
        size = sum(1 for _ in file)
    if size < count:
        raise RecordError(f"{path}: {count} ordinary texts are needed, and it has {size}; lower ordinary_share or give a larger file")
    wanted = set(rng.choice(size, size=count, replace=False).tolist())
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if number in wanted:
                yield _text(line, path, number + 1)


def file_hash(path: Path) -> str:
    """Hash of what the file holds.

    Raises:
        RecordError: there is no such file.
    """
    _exists(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _exists(path: Path) -> None:
    if not path.is_file():
        raise RecordError(f"{path}: no such file (the recipe's ordinary texts)")


def _text(line: bytes, path: Path, number: int) -> str:
    try:
        return OrdinaryText.model_validate(json.loads(line)).text
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}, line {number}: {error}") from error
    except ValidationError as error:
        raise RecordError(f"{path}, line {number}: {describe(error)}") from error
