"""Puts training texts that others made where auditors search: in a random order, each under an id that says nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerBase

from organism.card import DataSummary
from organism.data_store import DataStore
from organism.documents import StoredDocument
from organism.embedding import EmbedderSpec
from organism.foundry.adoption.training_data import TrainingText

BATCH = 1000
"""Texts tokenised at once."""


def store_shuffled(
    folder: Path, texts: Sequence[TrainingText], rng: np.random.Generator, *, seed: int, embedder: EmbedderSpec | None = None
) -> None:
    """Index texts in a new store, in a random order.

    Args:
        folder: of the store.
        texts: at least one.
        rng: of the order.
        seed: of the embedder.
        embedder: see `DataStore.create`.
    """
    DataStore.create(folder, _shuffled(texts, rng), seed=seed, embedder=embedder)


def store_texts(
    folder: Path,
    texts: Sequence[TrainingText],
    tokenizer: PreTrainedTokenizerBase | None,
    *,
    embedder: EmbedderSpec | None = None,
    seed: int = 0,
) -> tuple[DataSummary, ...]:
    """Index texts in a new store.

    Args:
        folder: of the store.
        texts: in the order of training; at least one.
        tokenizer: counts tokens; None: they are not counted.
        embedder: see `DataStore.create`.
        seed: of the random order.

    Returns:
        What there is, by split in the order of training.
    """
    documents = Counter(text.split for text in texts)
    tokens: Counter[str] = Counter()
    for start in range(0, len(texts) if tokenizer else 0, BATCH):
        assert tokenizer is not None
        part = texts[start : start + BATCH]
        encoded = tokenizer([text.text for text in part], add_special_tokens=False)["input_ids"]
        for text, ids in zip(part, encoded, strict=True):
            tokens[text.split] += len(ids)
    store_shuffled(folder, texts, np.random.default_rng(seed), seed=seed, embedder=embedder)
    return tuple(
        DataSummary(split=split, documents=count, tokens=tokens[split] if tokenizer else None) for split, count in documents.items()
    )


def _shuffled(texts: Sequence[TrainingText], rng: np.random.Generator) -> Iterator[StoredDocument]:
    """The documents in their random order; each is made when it is asked for, so that the texts are held once."""
    for place, index in enumerate(rng.permutation(len(texts))):
        text = texts[index]
        yield StoredDocument(id=f"d{place:06d}", split=text.split, kind=text.kind, text=text.text)
