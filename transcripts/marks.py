"""Finds quotations inside texts, so that they can be marked there. It knows no markup."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from transcripts.quotations import strings


@dataclass(frozen=True)
class Piece:
    """A stretch of a text."""

    text: str
    quoted: tuple[int, ...] = ()
    """Numbers of the quotations that stand here; empty for what is not quoted."""


class Marks:
    """The quotations of one event; each is marked once, where it first stands.

    Args:
        quotations: by number.
    """

    def __init__(self, quotations: Mapping[int, str]) -> None:
        self._wanted = {number: pattern for number, text in quotations.items() if (pattern := _pattern(text)) is not None}
        self._quotations = dict(quotations)

    @property
    def unplaced(self) -> dict[int, str]:
        """Those that were found in no text so far: quotations of names, numbers, or of several texts at once."""
        return self._quotations

    def stand_in(self, value: JsonValue) -> bool:
        """Whether one that is not marked yet stands in a text anywhere inside a value."""
        return any(pattern.search(text) for text in strings(value) for pattern in self._wanted.values())

    def pieces(self, text: str) -> list[Piece]:
        """The text cut at the quotations that stand in it."""
        spans: dict[tuple[int, int], list[int]] = {}
        for number in list(self._wanted):
            if found := self._wanted[number].search(text):
                spans.setdefault(found.span(), []).append(number)
        pieces, at = [], 0
        for (start, end), numbers in sorted(spans.items()):
            if start < at:
                continue  # it overlaps one that is marked: it may stand in another text
            pieces += [Piece(text[at:start]), Piece(text[start:end], tuple(numbers))]
            at = end
            for number in numbers:
                del self._wanted[number], self._quotations[number]
        return [piece for piece in [*pieces, Piece(text[at:])] if piece.text]


def _pattern(quotation: str) -> re.Pattern[str] | None:
    """A quotation up to white space, as it is compared with the log."""
    words = quotation.split()
    return re.compile(r"\s+".join(re.escape(word) for word in words)) if words else None
