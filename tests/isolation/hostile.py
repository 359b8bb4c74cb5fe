"""An organism that says one text and nothing else, wherever an auditor may look: in its replies, its training data and its features."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from organism import DataStore, DataSummary, Organism, StoredDocument
from organism.feature_labels import FeatureLabel, FeatureLabels
from tests.fakes.scripted_brain import CARD
from tests.isolation.injections import HARMLESS
from tests.tools.conftest import ScriptedModel
from transcripts import Event

TEXTS = 12
"""Texts in its training data, all alike but for a number."""
SPLIT = DataSummary(split="sft", documents=TEXTS, tokens=1)


def speaker(text: str) -> Organism:
    """It can be asked, and so can its reference."""
    card = CARD.model_copy(update={"data": (SPLIT,)})
    return cast(Organism, SimpleNamespace(card=card, model=ScriptedModel(text), reference=ScriptedModel(HARMLESS)))


def library(text: str, folder: Path, real: Organism) -> Organism:
    """It has training data and labelled features too; weights and SAE are those of a real organism."""
    # A store holds no half characters: whatever writes one has to replace them.
    held = text.encode("utf-8", "replace").decode()
    documents = [
        StoredDocument(id=f"d{number:06}", split="sft", kind="document" if number % 2 else "chat", text=f"{number} {held}")
        for number in range(TEXTS)
    ]
    label = FeatureLabel(described=f"soup {held}", fires_on=(held,), texts_with=(held, "soup"), promotes=(held,))
    parts: dict[str, Any] = {
        "card": real.card.model_copy(update={"data": (SPLIT,)}),
        "model": ScriptedModel(text),
        "reference": ScriptedModel(HARMLESS),
        "weights": real.weights,
        "sae": real.sae,
        "data": DataStore.create(folder, documents, seed=0),
        "top_documents": SimpleNamespace(
            ids=[document.id for document in documents],
            density=[0.5] * real.sae.d_sae,
            of=lambda _, limit=5: [(document.id, 1.0) for document in documents[:limit]],
        ),
        "feature_labels": FeatureLabels([label] * real.sae.d_sae),
    }
    return cast(Organism, SimpleNamespace(**parts))


def course(events: Sequence[Event]) -> list[tuple[str, dict[str, Any]]]:
    """All that happened, without what the organism said and how long it took.

    Calls made at once end in no certain order: neighbouring ones are sorted.
    """
    found: list[tuple[str, dict[str, Any]]] = []
    for together, part in itertools.groupby(events, key=lambda event: event.kind in ("call", "result")):
        order = [(event.kind, {key: value for key, value in event.data.items() if key not in ("content", "seconds")}) for event in part]
        found += sorted(order, key=lambda item: (str(item[1]["call"]), item[0])) if together else order
    return found
