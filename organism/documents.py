"""A training text as it is stored and found. It knows no store."""

from transcripts import Record


class DataError(ValueError):
    """A question to the data that cannot be answered as put; the message says how to put it."""


class StoredDocument(Record):
    """One training text."""

    id: str
    """Stable: a prefix and the text's position in a random order."""
    split: str
    """Training stage it was used in."""
    kind: str
    """`chat` or `document`."""
    text: str


class Hit(Record):
    """A document found, with its score (BM25 or cosine)."""

    document: StoredDocument
    score: float
