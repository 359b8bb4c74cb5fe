"""A sweep's folder: who may play in it, and the runs of its matches. It plays nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from game.sweep.file import SweepError, SweepFile
from game.sweep.grid import Cell
from transcripts import RunFolder, list_runs


def sweep_folder(file: SweepFile, runs: Path) -> Path:
    """Where the runs of a sweep lie."""
    return runs / f"sweep-{file.name}"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """While it lasts, no other sweep is played in this folder.

    Raises:
        SweepError: one is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise SweepError(f"{folder}: another sweep is being played in this folder; wait for it, or give this one another name") from error
    try:
        yield
    finally:
        lock.release()


def cell_run(cell: Cell, folder: Path) -> RunFolder:
    """The run of a match, begun or not."""
    return RunFolder(folder / cell.name)


def open_cells(cells: Sequence[Cell], folder: Path) -> list[RunFolder]:
    """The run of each match, made if it is not there."""
    runs = [cell_run(cell, folder) for cell in cells]
    for cell, run in zip(cells, runs, strict=True):
        if not run.spec.exists():
            cell.spec.write(run.spec)
    return runs


def left_out(cells: Sequence[Cell], folder: Path) -> list[str]:
    """Ids of the runs in the folder that are no match of the sweep, for instance because its file has changed."""
    asked = {cell.name for cell in cells}
    return [run.id for run in list_runs(folder) if run.id not in asked]
