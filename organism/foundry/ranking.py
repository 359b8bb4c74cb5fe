"""Ranks an organism's training texts for each feature of its SAE. It writes nothing."""

from collections.abc import Iterator

from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.data_store import DataStore
from organism.foundry.sae_training import text_activations
from organism.sae import SAE
from organism.top_documents import TopDocuments

INDEXED_TEXTS = 6000
"""Texts on which SAE features are ranked."""
LONGEST = 256
"""Tokens of a text that are looked at."""
ELEMENTS = 2**27
"""Activations held at once: half a gigabyte."""


def rank_texts(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, sae: SAE, store: DataStore) -> TopDocuments:
    """The strongest of the first texts of the store, which stand in random order, for each feature; read in one pass."""
    rows = max(1, min(128, ELEMENTS // (LONGEST * sae.d_sae)))

    def batches() -> Iterator[tuple[list[str], Tensor]]:
        for documents in store.documents(INDEXED_TEXTS):
            ids = [tokens[:LONGEST] or [_padding(tokenizer)] for tokens in _encode(tokenizer, [document.text for document in documents])]
            yield [document.id for document in documents], text_activations(model, sae, ids, pad=_padding(tokenizer), batch_size=rows)

    return TopDocuments.from_activations(batches())


def _encode(tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> list[list[int]]:
    encoded: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return encoded


def _padding(tokenizer: PreTrainedTokenizerBase) -> int:
    """The token for padding; many tokenizers have none, and the end of the text stands in."""
    found = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    return int(found or 0)
