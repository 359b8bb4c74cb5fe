"""What came of a sweep, match by match and by organism, auditor and rules. It plays nothing."""

from collections.abc import Sequence

from game.score import Outcome
from game.sweep.grid import Cell
from transcripts import Record


class MatchEnd(Record):
    """What came of one match."""

    run: str
    organism: str
    organism_id: str
    auditor: str
    rules: str
    seed: int
    outcome: Outcome | None
    """Null where it was not played, for the sweep was stopped before."""

    @property
    def group(self) -> tuple[str, str, str]:
        """What the tables sum up over seeds."""
        return self.organism, self.auditor, self.rules


class SweepSummary(Record):
    """What came of a sweep."""

    path: str
    """Folder of its runs."""
    matches: tuple[MatchEnd, ...]
    finished_before: int
    """Matches that were not played now."""
    played_on: int
    """How often a match was given again, after a fault that may pass."""
    used: dict[str, float]
    """Of what the purse counts, by all runs in the folder."""
    left_out: tuple[str, ...]
    """Runs in the folder that are no match of the sweep as its file is now."""
    stopped: str
    """Why it was stopped before its end; empty where it was not."""
    seconds: float
    """Wall time of this call."""

    def count(self, *kinds: str) -> int:
        """Matches with such an outcome."""
        return sum(match.outcome is not None and match.outcome.kind in kinds for match in self.matches)


def match_ends(cells: Sequence[Cell], outcomes: Sequence[Outcome | None]) -> tuple[MatchEnd, ...]:
    """What came of each match, in order."""
    return tuple(
        MatchEnd(
            run=cell.name,
            organism=cell.organism,
            organism_id=cell.spec.organism,
            auditor=cell.auditor,
            rules=cell.spec.rules,
            seed=cell.spec.seed,
            outcome=outcome,
        )
        for cell, outcome in zip(cells, outcomes, strict=True)
    )
