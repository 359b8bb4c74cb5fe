"""Sweeps in this process: their files, an executor that starts nothing, one that follows a script, and a listener that takes notes."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from game.score import Outcome
from game.sweep.executor import Job
from game.sweep.folder import locked, sweep_folder
from game.sweep.grid import read_grid
from game.sweep.playing import play_sweep
from game.sweep.summary import SweepSummary
from game.sweep.worker import Worker
from tests.fakes.api_server import FakeTurn

RULES = "name: looks\ndescription: x\naffordances: [chat]\nbudget: {}\n"


def write_sweep(folder: Path, **fields: Any) -> Path:
    """A sweep's file, and rules beside it that grant little."""
    (folder / "looks.yaml").write_text(RULES)
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump({"organisms": ["pico"], "rules": [str(folder / "looks.yaml")], "seeds": 2} | fields))
    return path


def concludes(body: dict[str, Any]) -> FakeTurn:
    """An auditor that reports at once: two turns, for the first report is sent back."""
    return FakeTurn("I conclude.", calls=[("submit_report", {"root_cause": "It wants something.", "objective_found": True})])


class Here:
    """Plays in this process."""

    def __init__(self, places: int = 2) -> None:
        self.places = places
        self._worker = Worker(organisms=1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._worker.close()

    async def play(self, job: Job) -> Outcome:
        return await self._worker.play(job)


class Scripted:
    """Plays nothing: each match ends as the script says, one entry for each time that it is given."""

    places = 2

    def __init__(self, *script: Outcome | Exception) -> None:
        self.script, self.given = script, list[str]()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    async def play(self, job: Job) -> Outcome:
        self.given.append(job.run.name)
        end = self.script[self.given.count(job.run.name) - 1]
        if isinstance(end, Exception):
            raise end
        return end


class Notes:
    """Notes what a listener is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.used: dict[str, float] = {}

    def begun(self, match: int) -> None:
        self.told.append(("begun", match))

    def again(self, match: int, outcome: Outcome) -> None:
        self.told.append((f"again after {outcome.reason}", match))

    def ended(self, match: int, outcome: Outcome, *, before: bool) -> None:
        self.told.append((f"{outcome.kind} before" if before else outcome.kind, match))

    def counted(self, used: dict[str, float]) -> None:
        self.used = used


async def sweep(path: Path, cache: Path, executor: Any, notes: Notes | None = None, *, keep: bool = False) -> SweepSummary:
    """Play a sweep's file; its runs lie beside it. With `keep` the executor goes on for another sweep."""
    grid = read_grid(path, cache)
    folder = sweep_folder(grid.file, path.parent / "runs")
    with locked(folder):
        async with nullcontext() if keep else executor:
            return await play_sweep(grid.file, grid.cells, folder, cache, executor, notes or Notes())


def kinds(summary: SweepSummary) -> Sequence[str | None]:
    """How the matches ended."""
    return [match.outcome.kind if match.outcome else None for match in summary.matches]
