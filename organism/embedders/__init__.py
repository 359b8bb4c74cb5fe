"""The embedders that a store of training data can be made with; importing the package registers them."""

from organism.embedders.lsa import LSAEmbedder
from organism.embedding import EmbedderKind, register_embedder

__all__ = ["LSAEmbedder"]

register_embedder(
    "lsa",
    EmbedderKind(make=lambda _, texts, seed: LSAEmbedder.fit(texts, seed=seed), restore=lambda _, state: LSAEmbedder.restore(state)),
)
