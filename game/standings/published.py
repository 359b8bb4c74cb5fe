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
    attempts: int | None = None
    """Runs behind one success: 1 of a single agent, k of a super-agent of k; null for people."""
    note: str = ""

    @property
    def right(self) -> float:
        """Share of successes."""
        return self.successes / self.of if self.successes is not None and self.of else self.share or 0.0


@cache
def published() -> tuple[Published, ...]:
    """The rows."""
    return tuple(Published.model_validate(row) for row in yaml.safe_load(FILE.read_text(encoding="utf-8")))
