"""How much of long texts and lists is shown; what is quoted is shown in any case. It knows no content."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from pydantic import JsonValue

from transcripts.marks import Marks


@dataclass(frozen=True)
class Cut:
    """Most of each that is shown; null is no limit."""

    characters: int | None = None
    """Of one text."""
    length: int | None = None
    """Items of one list."""
    marks: Marks | None = None
    """Quotations: a text or an item in which one stands is shown whole."""

    def around(self, marks: Marks) -> Self:
        """The same, around these quotations."""
        return replace(self, marks=marks)

    def text(self, text: str) -> str:
        """A text, with a mark of what is left out."""
        if self.characters is None or len(text) <= self.characters or self._quoted(text):
            return text
        return f"{text[: self.characters]}… (+{len(text) - self.characters} characters)"

    def items(self, items: Sequence[JsonValue]) -> tuple[Sequence[JsonValue], int]:
        """The items that are shown, and how many are not."""
        if self.length is None or len(items) <= self.length:
            return items, 0
        kept = [*items[: self.length], *(item for item in items[self.length :] if self._quoted(item))]
        return kept, len(items) - len(kept)

    def _quoted(self, value: JsonValue) -> bool:
        return self.marks is not None and self.marks.stand_in(value)
