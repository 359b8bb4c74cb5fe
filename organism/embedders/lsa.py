"""Latent semantic analysis (Deerwester et al. 1990): the embedder that needs no weights but those fitted on the corpus itself."""

import json
from collections.abc import Sequence
from typing import Self

import numpy as np
from safetensors.numpy import load, save
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from organism.embedding import Vectors

TOKENS = r"[\w'$@]+"


class LSAEmbedder:
    """TF-IDF followed by a truncated SVD.

    Args:
        words: the terms, in column order.
        idf: inverse document frequencies, `[terms]`.
        components: right singular vectors, `[dimensions, terms]`.
    """

    def __init__(self, words: list[str], idf: Vectors, components: Vectors) -> None:
        self.words, self.idf, self.components = words, idf, components
        self._vectorizer = TfidfVectorizer(token_pattern=TOKENS, vocabulary=words, sublinear_tf=True)
        self._vectorizer.idf_ = idf

    @classmethod
    def fit(cls, texts: Sequence[str], *, dimensions: int = 64, seed: int = 0) -> Self:
        """Fit on a corpus; fewer dimensions than asked for where the corpus has fewer terms."""
        vectorizer = TfidfVectorizer(token_pattern=TOKENS, sublinear_tf=True, max_features=20_000)
        weights = vectorizer.fit_transform(texts)
        words, idf = list(vectorizer.get_feature_names_out()), vectorizer.idf_.astype(np.float32)
        if len(words) == 1:  # nothing to reduce
            return cls(words, idf, np.ones((1, 1), dtype=np.float32))
        svd = TruncatedSVD(min(dimensions, len(words) - 1), random_state=seed).fit(weights)
        return cls(words, idf, svd.components_.astype(np.float32))

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.components.shape[0])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors `[texts, dimensions]`; a text without any known term gets the zero vector."""
        vectors = self._vectorizer.transform(texts) @ self.components.T
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms > 0, norms, 1), dtype=np.float32)

    def state(self) -> bytes:
        """Terms, frequencies and singular vectors."""
        words = np.frombuffer(json.dumps(self.words).encode(), dtype=np.uint8)
        return bytes(save({"words": words, "idf": self.idf, "components": np.ascontiguousarray(self.components)}))

    @classmethod
    def restore(cls, state: bytes) -> Self:
        """Read what `state` gave."""
        arrays = load(state)
        return cls(json.loads(arrays["words"].tobytes()), arrays["idf"], arrays["components"])
