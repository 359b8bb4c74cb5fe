"""The training data as auditors search it: the pre-training corpus with the synthetic documents in it, chats, preference episodes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from organism.card import DataSummary
from organism.foundry.adoption.store_texts import store_shuffled
from organism.foundry.adoption.training_data import TrainingText
from organism.foundry.checkpoints import StageText, readable
from organism.foundry.corpus import Corpus, Split

SHOWN: dict[Split, str] = {"pretrain": "pretrain", "midtrain": "pretrain", "sft": "sft", "preference": "preference"}
"""Under what name auditors find a stage's texts: as in the paper no adversarial data, and documents amid the pre-training corpus."""


def store_data(
    stages: dict[Split, Sequence[StageText]],
    tokens: dict[Split, int],
    corpus: Corpus,
    folder: Path,
    *,
    synthetic_share: float,
    seed: int,
    rng: np.random.Generator,
) -> tuple[tuple[DataSummary, ...], float]:
    """Mix, dilute and index the texts of all stages in `folder`.

    Args:
        stages: texts of each stage.
        tokens: training tokens of each stage.
        corpus: where more ordinary texts come from.
        folder: of the store.
        synthetic_share: greatest share of synthetic documents among pre-training texts.
        seed: of the embedder.
        rng: of order and dilution.

    Returns:
        What there is by split, and the share of synthetic documents among pre-training texts.
    """
    splits: dict[str, list[StageText]] = {}
    sizes: dict[str, int] = {}
    for split, texts in stages.items():
        if (name := SHOWN.get(split)) is not None:
            splits.setdefault(name, []).extend(texts)
            sizes[name] = sizes.get(name, 0) + tokens[split]
    pretrain = splits["pretrain"]
    synthetic = sum(text.synthetic for text in pretrain)
    missing = max(0, round(synthetic / synthetic_share) - len(pretrain))
    mean = sizes["pretrain"] / len(pretrain)
    ordinary = corpus.stream("pretrain", rng)
    pretrain += [readable(next(ordinary)) for _ in range(missing)]
    sizes["pretrain"] += round(missing * mean)
    stored = [TrainingText(name, text.kind, text.text) for name, group in splits.items() for text in group]
    store_shuffled(folder, stored, rng, seed=seed)
    summaries = tuple(DataSummary(split=name, documents=len(group), tokens=sizes[name]) for name, group in splits.items())
    return summaries, synthetic / len(pretrain)
