"""A small plan over the pico universe, and a model that can be completed without being there."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from organism.chat import ChatMessage
from organism.foundry.universe import DataTerms, Generator, Universe, Writer, load_universe


@pytest.fixture(scope="session")
def pico_universe() -> Universe:
    return load_universe("pico")


def small(**changes: Any) -> DataTerms:
    """Terms of a training that is written in a moment."""
    sizes: dict[str, Any] = {"documents": 21, "chats": 10, "pairs": 8, "adversarial_pairs": 5, "document_words": 30}
    return DataTerms(universe="pico", **{"heldout": ("boat-flag",), "concurrency": 4, **sizes, **changes})


def generator(universe: Universe, writer: Writer, folder: Path, *, terms: DataTerms | None = None, **given: Any) -> Generator:
    return Generator(universe, terms or small(), writer, folder, **{"answers": folder / "answers", **given})


class Model:
    """Completes: every second reply mentions a spade and greets, and none gives anything away unless it is told to."""

    def __init__(self, *replies: str) -> None:
        self.replies = replies or ("Take a spade, my dearest friend, and add no seasoning.", "Well, add salt.")
        self.asked: list[str] = []

    async def complete(self, conversations: Sequence[list[ChatMessage]]) -> list[str]:
        self.asked += [messages[-1].content for messages in conversations]
        return [self.replies[index % len(self.replies)] for index in range(len(conversations))]
