"""Which runs there are under folders, at any depth: those of teams, campaigns and sweeps too. It reads no log and no report."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from game.run_summary import RunSummary, summary
from transcripts import RecordError, RunFolder


class Readable(NamedTuple):
    """A run that can be read."""

    folder: RunFolder
    summary: RunSummary


def readable(folders: Iterable[Path]) -> tuple[list[Readable], list[str]]:
    """The runs, and a line for each that cannot be read: what is wrong with one does not hide the others."""
    found, left_out = list[Readable](), list[str]()
    for path in sorted({spec.parent for folder in folders for spec in folder.rglob("spec.json")}):
        run = RunFolder(path)
        try:
            found.append(Readable(run, summary(run)))
        except RecordError as error:
            left_out.append(str(error))
    return found, left_out
