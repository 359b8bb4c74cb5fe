"""The published results beside which ours stand, read from published.yaml."""

from functools import cache
from pathlib import Path

import yaml

from transcripts import Record

FILE = Path(__file__).with_name("published.yaml")


class Published(Record):
    """One row of a paper."""

    auditor: str
    source: str
    organism: str
    affordances: str
    rules: str | None = None
    """Name of ours that grant the same, where there are such."""
    successes: int | None = None
    of: int | None = None
    share: float | None = None
    """Where the paper gives a share and no counts."""
    note: str = ""


@cache
def published() -> tuple[Published, ...]:
    """The rows."""
    return tuple(Published.model_validate(row) for row in yaml.safe_load(FILE.read_text(encoding="utf-8")))
