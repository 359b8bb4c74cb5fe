"""Ranks an organism's training texts for each feature of its SAE. It writes nothing."""

from collections.abc import Iterator

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.data_store import DataStore
from organism.sae import SAE
from organism.text_features import text_features
from organism.top_documents import TopDocuments

INDEXED_TEXTS = 6000
"""Texts on which SAE features are ranked."""


def rank_texts(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, sae: SAE, store: DataStore) -> TopDocuments:
    """The strongest of the first texts of the store, which stand in random order, for each feature; read in one pass."""

    def batches() -> Iterator[tuple[list[str], Tensor]]:
        for documents in store.documents(INDEXED_TEXTS):
            greatest = torch.zeros(len(documents), sae.d_sae)
            for part in text_features(model, tokenizer, sae, [document.text for document in documents]):
                for index, _, features in part:
                    greatest[index] = features.amax(0)
            yield [document.id for document in documents], greatest

    return TopDocuments.from_activations(batches())
