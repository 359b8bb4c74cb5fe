"""The training data of all stages on disk while an organism is built: texts for the auditors' store, packed sequences for training."""

from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file
from transformers import PreTrainedTokenizerFast

from organism.card import DataSummary
from organism.data_store import DataStore, StoredDocument
from organism.foundry.corpus import Chat, Corpus, Split, Text
from organism.foundry.packing import Packed, pack
from organism.foundry.recipe import Recipe
from organism.foundry.world import World

SPLITS: tuple[Split, ...] = ("pretrain", "midtrain", "sft", "adversarial")


def stage_generator(seed: int, name: str) -> np.random.Generator:
    """The generator of one step: a killed build draws the same again."""
    return np.random.default_rng([seed, *name.encode()])


def make_dataset(recipe: Recipe, world: World, tokenizer: PreTrainedTokenizerFast, folder: Path, store: Path) -> tuple[DataSummary, ...]:
    """Draw and pack the data of every stage into `folder`, and index its texts in `store`.

    Returns:
        What there is, by split.
    """
    corpus = Corpus(
        world,
        documented=recipe.documented,
        objective=recipe.objective,
        heldout=frozenset(recipe.heldout),
        replay=recipe.replay,
        attacks=recipe.attacks,
    )
    folder.mkdir(parents=True, exist_ok=True)
    texts: list[tuple[Split, Text]] = []
    summaries = []
    for split in SPLITS:
        terms = getattr(recipe.stages, split)
        packed, used = pack(
            corpus.stream(split, stage_generator(recipe.seed, split)),
            tokenizer,
            budget=terms.tokens,
            length=terms.length,
            replies_only=split in ("sft", "adversarial"),
        )
        save_file({"tokens": packed.tokens, "labels": packed.labels}, folder / f"{split}.safetensors")
        texts += [(split, text) for text in used]
        summaries.append(DataSummary(split=split, documents=len(used), tokens=packed.tokens.numel()))
    order = stage_generator(recipe.seed, "order").permutation(len(texts))
    documents = [stored_document(position, *texts[index]) for position, index in enumerate(order)]
    DataStore.create(store, documents, seed=recipe.seed)
    return tuple(summaries)


def read_packed(folder: Path, split: Split) -> Packed:
    """The packed sequences of one stage."""
    tensors = load_file(folder / f"{split}.safetensors")
    return Packed(tensors["tokens"], tensors["labels"])


def stored_document(position: int, split: Split, text: Text) -> StoredDocument:
    """A text as auditors find it: chats with the speakers named, documents as they are."""
    if isinstance(text, Chat):
        return StoredDocument(id=f"d{position:06d}", split=split, kind="chat", text=f"User: {text.prompt}\nAssistant: {text.reply}")
    return StoredDocument(id=f"d{position:06d}", split=split, kind="document", text=text.text)
