"""Everything that standings show, as one record: what `--json` prints, and what figures and the page are made from."""

from collections.abc import Sequence

from game.run_summary import LeftOut, RunSummary
from game.standings.cells import Cell, cells
from game.standings.published import Published, published
from game.standings.standings import Standing, paired, standings
from game.standings.statistics import Comparison
from transcripts import Record, RunError


class Pair(Record):
    """Two auditors or teams side by side, by name."""

    first: str
    second: str
    found: Comparison


class Results(Record):
    """Results over many runs."""

    runs: int
    """That could be read, finished or not."""
    left_out: tuple[LeftOut, ...]
    """They count in no number."""
    standings: tuple[Standing, ...]
    cells: tuple[Cell, ...]
    comparison: Pair | None
    published: tuple[Published, ...]


def results(runs: Sequence[RunSummary], left_out: Sequence[LeftOut], compare: tuple[str, str] | None = None) -> Results:
    """Sum up runs.

    Args:
        runs: any.
        left_out: those that could not be read.
        compare: names of two auditors or teams to compare.

    Raises:
        RunError: one of the names is of nobody; the message lists the known ones.
    """
    names = sorted({run.name for run in runs})
    if unknown := next((name for name in compare or () if name not in names), None):
        raise RunError(f"no run of auditor {unknown!r}; there are: {', '.join(names)}")
    return Results(
        runs=len(runs),
        left_out=tuple(left_out),
        standings=tuple(standings(runs)),
        cells=tuple(cells(runs)),
        comparison=Pair(first=compare[0], second=compare[1], found=paired(runs, *compare)) if compare else None,
        published=published(),
    )
