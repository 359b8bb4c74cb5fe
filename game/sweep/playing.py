"""Plays a sweep: every match that is not finished, within one purse, again after faults that pass. It shows nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from game.purse import Purse, PurseSpentError
from game.score import Outcome
from game.side_by_side import side_by_side
from game.sweep.executor import Executor, Job, WorkerLostError
from game.sweep.file import SweepFile
from game.sweep.folder import left_out, open_cells
from game.sweep.grid import Cell
from game.sweep.stop_file import StopFile
from game.sweep.summary import SweepSummary, match_ends
from transcripts import RunFolder

LOOK = 1.0
"""Seconds between two looks into the logs."""


class SweepListener(Protocol):
    """Told how a sweep comes along; matches by their place among the cells."""

    def begun(self, match: int) -> None:
        """A match begins or goes on."""
        ...

    def again(self, match: int, outcome: Outcome) -> None:
        """It failed so that it is played on."""
        ...

    def ended(self, match: int, outcome: Outcome, *, before: bool) -> None:
        """It has ended, perhaps before this call of the sweep."""
        ...

    def counted(self, used: dict[str, float]) -> None:
        """What all runs have used."""
        ...


async def play_sweep(
    file: SweepFile, cells: Sequence[Cell], folder: Path, cache: Path, executor: Executor, listener: SweepListener
) -> SweepSummary:
    """Play what is not finished of a sweep in its folder, which is to be locked (see `game.sweep.folder.locked`).

    It ends early where its purse is spent or its folder's `StopFile` is asked for: no match begins any more, and those under way stop
    behind their next event. They go on when the sweep is played again.

    Args:
        file: with the purse's limits and the retries.
        cells: the matches; their organisms are built.
        folder: of the runs.
        cache: where the organisms lie.
        executor: entered.
        listener: told what happens.

    Raises:
        LogError: the log of a run in the folder is corrupted.
        OSError: the disk fails.
    """
    return await _Sweep(file, cells, folder, cache, executor, listener).play()


class _Sweep:
    def __init__(
        self, file: SweepFile, cells: Sequence[Cell], folder: Path, cache: Path, executor: Executor, listener: SweepListener
    ) -> None:
        self._cells, self._folder, self._cache = cells, folder, cache
        self._executor, self._listener, self._retries = executor, listener, file.retries
        self._stop = StopFile(folder)
        self._stop.clear()
        self._runs = open_cells(cells, folder)
        self._purse = Purse(file.budget, folder)
        self._spent, self._played_on = "", 0

    async def play(self) -> SweepSummary:
        started = time.monotonic()
        ended = [Outcome.read(run.done) if run.finished else None for run in self._runs]
        for number, outcome in enumerate(ended):
            if outcome is not None:
                self._listener.ended(number, outcome, before=True)
        missing = [number for number, outcome in enumerate(ended) if outcome is None]
        found = await self._watched([partial(self._match, number) for number in missing])
        played = dict(zip(missing, found, strict=True))
        self._look()
        return SweepSummary(
            path=str(self._folder),
            matches=match_ends(self._cells, [played.get(number, outcome) for number, outcome in enumerate(ended)]),
            finished_before=len(ended) - len(missing),
            played_on=self._played_on,
            used=self._purse.used(),
            left_out=tuple(left_out(self._cells, self._folder)),
            stopped=(self._stop.reason() or self._spent) if any(outcome is None or outcome.kind == "errored" for outcome in found) else "",
            seconds=round(time.monotonic() - started, 3),
        )

    async def _watched(self, matches: Sequence[Callable[[], Awaitable[Outcome | None]]]) -> list[Outcome | None]:
        """Play the matches while the purse is watched; if one of both fails, the other is stopped."""
        playing = asyncio.ensure_future(side_by_side(matches, at_once=self._executor.places))
        watching = asyncio.ensure_future(self._watch())
        try:
            await asyncio.wait((playing, watching), return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()
            return await playing
        finally:
            for task in (playing, watching):
                task.cancel()
            await asyncio.gather(playing, watching, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            self._look()
            try:
                self._purse.check(begins=False)
            except PurseSpentError as error:
                if not self._stop.reason():
                    self._stop.ask(str(error))
            await asyncio.sleep(LOOK)

    def _look(self) -> None:
        self._purse.look()
        self._listener.counted(self._purse.used())

    async def _match(self, number: int) -> Outcome | None:
        """How a match ended; null where it was not to begin any more."""
        run, outcome = self._runs[number], None
        for tries_left in range(self._retries, -1, -1):
            if not self._may_begin(run):
                break
            self._listener.begun(number)
            outcome = await self._play(number)
            if outcome.kind != "errored" or not outcome.may_pass or not tries_left or self._stop.reason():
                break
            self._played_on += 1
            self._listener.again(number, outcome)
        if outcome is not None:
            self._listener.ended(number, outcome, before=False)
        return outcome

    def _may_begin(self, run: RunFolder) -> bool:
        if self._stop.reason():
            return False
        self._purse.look()
        try:
            self._purse.begin(run)
        except PurseSpentError as error:
            self._spent = str(error)
        return not self._spent

    async def _play(self, number: int) -> Outcome:
        job = Job(run=self._runs[number].path, cache=self._cache, organism=self._cells[number].spec.organism)
        try:
            return await self._executor.play(job)
        except WorkerLostError as error:
            return Outcome(kind="errored", reason=str(error), may_pass=True)
