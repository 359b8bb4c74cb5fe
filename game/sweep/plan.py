"""What a sweep would be and cost at most, before anything is built, asked or paid."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from game.plan import Bound, bound
from game.purse import PurseLimits
from game.sweep.folder import cell_run, left_out
from game.sweep.grid import Cell, Grid
from transcripts import Record


class PlannedGroup(Record):
    """The matches of one auditor under the same rules."""

    auditor: str
    rules: str
    matches: int
    finished: int
    begun: int = Field(ge=0)
    """Not finished, but with a log that they go on from."""
    bound: Bound
    """Of one match."""

    @property
    def left(self) -> int:
        """Matches to be played, from their start or on."""
        return self.matches - self.finished


class SweepPlan(Record):
    """A sweep as it would be played."""

    path: str
    """Folder of its runs."""
    organisms: dict[str, bool]
    """Whether each is built; those that are not are built first."""
    seeds: tuple[int, ...]
    groups: tuple[PlannedGroup, ...]
    budget: PurseLimits
    left_out: tuple[str, ...]
    """Runs in the folder that are no match of the sweep as its file is now."""
    dollars: float | None
    """At most, of all matches that are left; null is no bound, and the groups' notes say why. The budget may end the sweep before."""
    brain_tokens: int | None
    minutes: float | None
    """Of playing, added up over the matches."""


def plan_sweep(grid: Grid, cells: Sequence[Cell], folder: Path, cache: Path) -> SweepPlan:
    """The plan of a sweep.

    Args:
        grid: the sweep.
        cells: its matches.
        folder: where their runs lie or will lie.
        cache: where built organisms lie.
    """
    groups = _groups(grid, cells, folder)
    return SweepPlan(
        path=str(folder),
        organisms={wanted.name or wanted.id: wanted.built(cache) for wanted in grid.organisms},
        seeds=grid.file.seeds,
        groups=groups,
        budget=grid.file.budget,
        left_out=tuple(left_out(cells, folder)),
        dollars=_sum([(group.left, group.bound.dollars) for group in groups]),
        brain_tokens=_whole(_sum([(group.left, group.bound.brain_tokens) for group in groups])),
        minutes=_sum([(group.left, group.bound.minutes) for group in groups]),
    )


def _groups(grid: Grid, cells: Sequence[Cell], folder: Path) -> tuple[PlannedGroup, ...]:
    matches, finished, begun = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    auditors = {}
    for cell in cells:
        key, run = (cell.auditor, cell.spec.rules), cell_run(cell, folder)
        auditors[cell.auditor] = cell.spec.auditor
        matches[key] += 1
        finished[key] += run.finished
        begun[key] += run.events.exists() and not run.finished
    rules = {item.name: item for item in grid.rules}
    return tuple(
        PlannedGroup(
            auditor=auditor,
            rules=name,
            matches=count,
            finished=finished[auditor, name],
            begun=begun[auditor, name],
            bound=bound(auditors[auditor], grid.file.helper, rules[name]),
        )
        for (auditor, name), count in matches.items()
    )


def _sum(parts: Sequence[tuple[int, float | None]]) -> float | None:
    """So many times each value; null where one that is needed is."""
    needed = [(count, value) for count, value in parts if count]
    return None if any(value is None for _, value in needed) else sum(count * value for count, value in needed if value is not None)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
