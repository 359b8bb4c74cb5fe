"""Where in a training text stands what a search looked for. It knows no tool: a pattern and a query are arguments of any."""

from collections.abc import Callable, Iterator, Mapping

import re2
from pydantic import JsonValue

from transcripts import Piece

Seeker = Callable[[str], Iterator[Piece]]
"""Cuts a text; the pieces that are quoted are what was looked for."""
LEAST = 3
"""Letters of a word that is marked; shorter ones stand everywhere."""


def seeker(arguments: Mapping[str, JsonValue]) -> Seeker:
    """What marks the hits of a call.

    Args:
        arguments: of the call; without a pattern or a query nothing is marked.
    """
    pattern, query = arguments.get("pattern"), arguments.get("query")
    if isinstance(pattern, str):
        return _marker(pattern)
    if isinstance(query, str):
        words = sorted({word for word in query.split() if len(word) >= LEAST}, key=len, reverse=True)
        return _marker(f"(?i){'|'.join(re2.escape(word) for word in words)}" if words else "")
    return _marker("")


def _marker(pattern: str) -> Seeker:
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options) if pattern else None
    except re2.error:
        compiled = None

    def pieces(text: str) -> Iterator[Piece]:
        at = 0
        for hit in compiled.finditer(text) if compiled else ():
            start, end = hit.span()
            if start > at:
                yield Piece(text[at:start])
            if end > start:
                yield Piece(text[start:end], (0,))
            at = max(at, end)
        if text[at:]:
            yield Piece(text[at:])

    return pieces
