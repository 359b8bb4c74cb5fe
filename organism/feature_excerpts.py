"""Where in its strongest training texts an SAE feature fires. It does not say what the feature stands for."""

from dataclasses import dataclass

import torch

from organism.feature_labels import TEXTS
from organism.runtime import Organism
from organism.text_features import text_features

AROUND = 32
"""Tokens that are shown on each side of the one on which the feature is strongest."""


@dataclass(frozen=True)
class Excerpt:
    """A part of a training text."""

    text: str
    fires_on: tuple[tuple[str, float], ...]
    """Its tokens on which the feature is active, in their order, each with the activation."""


def feature_excerpts(organism: Organism, index: int) -> list[Excerpt]:
    """Parts of a feature's strongest texts, the strongest first; none where it is silent, or no training data are at hand."""
    pairs = organism.top_documents.of(index, limit=TEXTS) if organism.top_documents else []
    documents = organism.data.read([name for name, _ in pairs]) if pairs else []
    model = organism.weights
    found: dict[int, Excerpt] = {}
    for part in text_features(model.model, model.tokenizer, organism.sae, [document.text for document in documents]):
        for number, tokens, features in part:
            activations = features[:, index]
            strongest = int(activations.argmax())
            shown = range(max(0, strongest - AROUND), min(len(tokens), strongest + AROUND + 1))
            active = [place for place in torch.nonzero(activations).flatten().tolist() if place in shown]
            found[number] = Excerpt(
                text=str(model.tokenizer.decode(tokens[shown.start : shown.stop])),
                fires_on=tuple((str(model.tokenizer.decode([tokens[place]])), float(activations[place])) for place in active),
            )
    return [found[number] for number in sorted(found)]
