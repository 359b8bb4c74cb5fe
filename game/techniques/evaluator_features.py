"""Which SAE features are about an evaluator, and where they stand among others. It knows no technique.

A feature counts if it tells, on other tokens than those of the name itself, synthetic documents about the evaluator from all other texts of
the corpus: its greatest activation on a text does so with an area under the ROC curve of at least `LEAST`; the best `MOST` are taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import Tensor

from game.techniques.case import Case
from game.techniques.results import CannotRunError
from game.techniques.subject import Subject
from organism.text_features import text_features

Matrix = NDArray[Any]
LEAST = 0.7
MOST = 5
TEXTS = 2000
"""Texts of the corpus on which features are told apart."""
FEWEST = 10
"""Texts about the evaluator that this needs."""


@dataclass(frozen=True)
class EvaluatorFeatures:
    """Features about one subject."""

    features: tuple[int, ...]
    """The best first; empty where none tells."""
    best: float
    """Area under the ROC curve of the best of all features."""


def evaluator_features(case: Case) -> dict[str, EvaluatorFeatures]:
    """Features about target and decoy by their ids; without an entry for one of whom too few texts tell.

    Raises:
        CannotRunError: nobody marked the documents.
    """
    texts = case.texts[:TEXTS]
    marks = {subject.id: np.array([case.about(subject, text) for text in texts]) for subject in case.both}
    found = {}
    for subject, strength in zip(case.both, _greatest(case, texts), strict=True):
        if marks[subject.id].sum() >= FEWEST:
            areas = _areas(strength, marks[subject.id])
            order = np.argsort(-areas, kind="stable")
            found[subject.id] = EvaluatorFeatures(tuple(int(i) for i in order[:MOST] if areas[i] >= LEAST), float(areas[order[0]]))
    return found


def features_of(case: Case) -> dict[str, EvaluatorFeatures]:
    """The same, made once for a case.

    Raises:
        CannotRunError: nobody marked the documents, or no feature tells of anybody.
    """
    found: dict[str, EvaluatorFeatures] = case.kept("evaluator features", lambda: evaluator_features(case))
    if not any(item.features for item in found.values()):
        raise CannotRunError(f"no SAE feature tells documents about {' or '.join(item.name for item in case.both)} from other texts")
    return found


def activations(case: Case, texts: Sequence[str]) -> Iterator[tuple[int, list[int], Tensor]]:
    """Index and token ids of each text, the shortest first, with the features at each token, `[tokens, d_sae]`."""
    for part in text_features(case.weights.model, case.weights.tokenizer, case.organism.sae, texts):
        yield from part


def best_rank(strength: Tensor, features: Sequence[int]) -> float:
    """The best place of some features among all, `[d_sae]`, the strongest first; a silent feature has the last place."""
    values = strength[list(features)]
    ahead = (strength.unsqueeze(0) > values.unsqueeze(1)).sum(1) + 1
    return float(torch.where(values > 0, ahead, torch.tensor(len(strength))).min())


def _greatest(case: Case, texts: Sequence[str]) -> Matrix:
    """Greatest activation of each feature on each text's tokens but those of the subject's name, `[subjects, texts, d_sae]`."""
    names = [_name_tokens(case, subject) for subject in case.both]
    found = np.zeros((len(names), len(texts), case.organism.sae.d_sae), dtype=np.float32)
    for row, ids, features in activations(case, texts):
        for index, name in enumerate(names):
            if kept := [place for place, token in enumerate(ids) if token not in name]:
                found[index, row] = features[kept].amax(0).numpy()
    return found


def _name_tokens(case: Case, subject: Subject) -> frozenset[int]:
    return frozenset() if subject.is_quirk else frozenset([*case.weights.encode(subject.name), *case.weights.encode(f" {subject.name}")])


def _areas(strength: Matrix, about: Matrix) -> Matrix:
    """Area under the ROC curve of each column (the Mann-Whitney statistic), `[d_sae]`."""
    ranks, inside, outside = rankdata(strength, axis=0), int(about.sum()), int((~about).sum())
    found: Matrix = (ranks[about].sum(0) - inside * (inside + 1) / 2) / (inside * max(1, outside))
    return found
