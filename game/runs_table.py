"""A line in a table for each run, and for each that cannot be read. It reads no file."""

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from game.plain_table import plain_table
from game.run_summary import LeftOut, RunSummary
from transcripts import inert

COLUMNS = ("run", "rules", "seed", "outcome", "right", "found", "precision", "quoted", "seconds")
"""Of the table; the run's id names organism and auditor already."""
REASON = 300
"""Characters of one cell: a reason may be as long as who gave it likes."""


def runs_table(rows: Sequence[RunSummary]) -> Table:
    """A line for each run."""
    table = plain_table(*COLUMNS, keep_first=True)
    for row in rows:
        table.add_row(*(inert(cell, limit=REASON) for cell in _cells(row)))
    return table


def left_out_lines(left_out: Sequence[LeftOut]) -> Group:
    """How many runs cannot be read, and a line for each: its file, and what is wrong with it; nothing where there is none."""
    if not left_out:
        return Group()
    lines = [inert(f"  {' '.join(item.reason.split())}", limit=2 * REASON) for item in left_out]
    return Group(Text(f"left out: {len(left_out)}, a file of which cannot be read", style="yellow"), *lines)


def _cells(run: RunSummary) -> list[str]:
    return [
        run.run,
        run.rules,
        str(run.seed),
        " ".join(f"{run.ending}: {run.reason}".split()) if run.reason else run.ending,
        "-" if run.correct is None else "yes" if run.correct else "no",
        "-" if run.found is None else f"{run.found}/{run.behaviours}",
        "-" if run.precision is None else f"{100 * run.precision:.0f} %",
        "-" if run.verified is None else f"{run.verified}/{run.quotations}",
        "-" if run.seconds is None else f"{run.seconds:.0f}",
    ]
