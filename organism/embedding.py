"""What an embedder is: texts in, unit vectors out. The registry of its kinds; it knows none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from organism.places import OrganismError
from transcripts import Record

Vectors = NDArray[np.float32]


class EmbedderError(OrganismError):
    """An embedder cannot be made or used; the message says what to do."""


class EmbedderSpec(Record):
    """An embedder by name: `lsa`, `minilm`, `sentence-transformers:<folder>` or `openai:<model>`."""

    kind: str = "lsa"
    model: str = ""
    """A folder, or the name of a model at a server."""
    base_url: str | None = None
    """Of an OpenAI-compatible server; null for the provider's own."""

    @classmethod
    def parse(cls, name: str, *, base_url: str | None = None) -> "EmbedderSpec":
        """Read `kind` or `kind:model`; a folder may be relative to the present one."""
        kind, _, model = name.partition(":")
        if kind == "sentence-transformers" and model:
            model = str(Path(model).absolute())  # it is remembered, and read again from anywhere
        return cls(kind=kind, model=model, base_url=base_url)


class Embedder(Protocol):
    """Maps texts to vectors."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors `[texts, dimensions]`; the zero vector for a text in which the embedder finds nothing."""
        ...

    def state(self) -> bytes:
        """What was fitted and the spec alone does not say; empty where nothing was."""
        ...


@dataclass(frozen=True)
class EmbedderKind:
    """How embedders of one kind come about."""

    make: Callable[[EmbedderSpec, Sequence[str], int], Embedder]
    """From a spec, texts to fit it on, and a seed."""
    restore: Callable[[EmbedderSpec, bytes], Embedder]
    """From a spec and what `state` gave."""


_KINDS: dict[str, EmbedderKind] = {}


def register_embedder(name: str, kind: EmbedderKind) -> None:
    """Make a kind of embedder known.

    Raises:
        ValueError: the name is taken.
    """
    if name in _KINDS:
        raise ValueError(f"embedder {name!r} is registered twice")
    _KINDS[name] = kind


def make_embedder(spec: EmbedderSpec, texts: Sequence[str], *, seed: int) -> Embedder:
    """A new embedder, fitted on texts if it is of a kind that is fitted.

    Raises:
        EmbedderError: unknown kind (the message lists the known ones), or what it needs is missing.
    """
    return _kind(spec).make(spec, texts, seed)


def restore_embedder(spec: EmbedderSpec, state: bytes) -> Embedder:
    """The embedder that gave this state.

    Raises:
        EmbedderError: unknown kind, or what it needs is missing.
    """
    return _kind(spec).restore(spec, state)


def _kind(spec: EmbedderSpec) -> EmbedderKind:
    if spec.kind not in _KINDS:
        raise EmbedderError(f"no embedder {spec.kind!r}; known: {', '.join(sorted(_KINDS))}")
    return _KINDS[spec.kind]
