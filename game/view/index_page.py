"""The page of all runs under a folder, with a page for each. Runs of a folder stand together, a team's members under their team."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from game.run_summary import RunSummary, summary
from game.version import package_version
from game.view.asked import read_asked
from game.view.probabilities import clock
from game.view.rendering import render, save
from game.view.run_page import PAGE, write_page
from transcripts import RecordError, RunError, RunFolder, list_runs, no_run

INDEX = "index.html"
DEPTH = 3
"""Levels of folders that are looked into: a sweep keeps its runs in a folder of its own."""


@dataclass(frozen=True)
class Row:
    """One run."""

    run: str
    link: str
    """Empty where there is no page."""
    summary: RunSummary | None
    """Null where its files cannot be read."""
    problem: str = ""
    member: bool = False
    """Whether it belongs to the team above it."""


@dataclass(frozen=True)
class Group:
    """The runs of one folder."""

    name: str
    rows: tuple[Row, ...]


def write_index(
    folder: Path, path: Path | None = None, *, full: bool = False, told: Callable[[int, int], None] | None = None
) -> tuple[Path, list[str]]:
    """Write the pages of all runs under a folder, and the page that lists them.

    Args:
        folder: of the runs, or of folders with runs.
        path: of the index; in the folder if not given.
        full: as for a run's page.
        told: how many pages of how many are written.

    Returns:
        Where the index is, and a line for each run that has no page.

    Raises:
        RunError: there is no run.
    """
    path = path or folder / INDEX
    found = [(place, runs) for place in _folders(folder) if (runs := list_runs(place))]
    count = sum(len(runs) for _, runs in found)
    if not count:
        raise RunError(no_run([folder]))
    groups, done = [], 0
    for place, runs in found:
        rows = []
        for run in runs:
            rows.append(_row(run, path, full=full))
            done += 1
            if told is not None:
                told(done, count)
        groups.append(Group(_name(place, folder), tuple(_ordered(runs, rows))))
    outcomes = Counter(row.summary.outcome if row.summary else "unreadable" for group in groups for row in group.rows)
    page = render(
        "index.html.j2", folder=str(folder), groups=groups, outcomes=outcomes.most_common(), clock=clock, version=package_version()
    )
    save(page, path)
    return path, [f"{row.run}: {row.problem}" for group in groups for row in group.rows if row.problem]


def _folders(folder: Path) -> list[Path]:
    """The folder, and those in it that are no runs."""
    found, level = [folder], [folder]
    for _ in range(DEPTH - 1):
        level = [child for place in level for child in sorted(place.iterdir()) if child.is_dir() and not (child / "spec.json").is_file()]
        found += level
    return found


def _name(place: Path, folder: Path) -> str:
    return "Runs" if place == folder else str(place.relative_to(folder))


def _row(run: RunFolder, index: Path, *, full: bool) -> Row:
    """A run whose files cannot be read does not keep the others from being listed."""
    try:
        found = summary(run)
    except RecordError as error:
        return Row(run.id, "", None, str(error))
    try:
        page = write_page(run, full=full, index=_link(index, run.path / PAGE))
    except RecordError as error:
        return Row(run.id, "", found, str(error))
    return Row(run.id, _link(page, index), found)


def _link(target: Path, origin: Path) -> str:
    """A relative link from one page to another."""
    return quote(os.path.relpath(target.resolve(), origin.resolve().parent))


def _ordered(runs: Sequence[RunFolder], rows: Sequence[Row]) -> list[Row]:
    """In the order of their names, but a team's members under the team."""
    by_id = {row.run: row for row in rows}
    teams = {run.id: read_asked(run).members for run, row in zip(runs, rows, strict=True) if row.summary}
    inside = {name for members in teams.values() for name in members if name in by_id}
    ordered = []
    for name, row in by_id.items():
        if name in inside:
            continue
        ordered.append(row)
        for member in teams.get(name, ()):
            if member in by_id:
                found = by_id[member]
                ordered.append(Row(found.run, found.link, found.summary, found.problem, member=True))
    return ordered
