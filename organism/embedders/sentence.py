"""A sentence-embedding model from a folder, read by sentence-transformers: pooling and all else as the folder says. It asks no network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from organism.embedding import EmbedderError, Vectors

BATCH = 64
"""Texts embedded at once."""


class SentenceEmbedder:
    """A sentence-embedding model.

    Args:
        folder: absolute path of a model that sentence-transformers saved.

    Raises:
        EmbedderError: the library or the model is not here.
    """

    def __init__(self, folder: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EmbedderError("sentence embeddings need a library: pip install 'auditgame[sentence]'") from error
        if not Path(folder).is_absolute() or not (Path(folder) / "modules.json").is_file():
            raise EmbedderError(f"{folder!r}: give the absolute path of a folder that sentence-transformers saved (with its modules.json)")
        try:
            self._model: Any = SentenceTransformer(folder, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EmbedderError(f"{folder}: cannot be loaded: {' '.join(str(error).split())[:300]}") from error

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors `[texts, dimensions]`."""
        vectors = self._model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def state(self) -> bytes:
        """Nothing is fitted."""
        return b""
