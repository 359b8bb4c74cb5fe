"""Plays a sweep on this machine, in worker processes with an event loop each. It knows no sweep."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from game.score import Outcome
from game.sweep.executor import Job, WorkerLostError
from game.sweep.file import SweepError
from game.sweep.local_process import Answer, serve
from organism.processes import threads, variables

CONTEXT = multiprocessing.get_context("spawn")
GPUS = "CUDA_VISIBLE_DEVICES"


class LocalExecutor:
    """Worker processes on this machine; one that dies is replaced when there is something to play.

    Args:
        workers: processes; the cores are shared equally among them.
        at_once: matches side by side in one process.
        organisms: most organisms that a process holds loaded at a time.
        gpus: share of a GPU, or number of GPUs, that each process sees; none: each sees all.

    Raises:
        SweepError: there are fewer GPUs.
    """

    def __init__(self, *, workers: int, at_once: int = 1, organisms: int = 1, gpus: float | None = None) -> None:
        seen = [{} if gpus is None else {GPUS: devices} for devices in _shares(workers, gpus)]
        self._slots = [_Slot(workers, organisms, variables) for variables in seen]
        self._at_once = at_once
        self._free = asyncio.Semaphore(self.places)

    @property
    def places(self) -> int:
        """Matches side by side."""
        return len(self._slots) * self._at_once

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for slot in self._slots:
            slot.close()

    async def play(self, job: Job) -> Outcome:
        """See `Executor.play`."""
        async with self._free:
            # The emptiest process, and of several the one that has the organism loaded.
            slot = min(self._slots, key=lambda one: (one.playing, one.organism != job.organism))
            return await slot.play(job)


class _Slot:
    """The place of one worker process, which is started when there is a job for it."""

    def __init__(self, workers: int, organisms: int, environment: dict[str, str]) -> None:
        self._workers, self._organisms, self._environment = workers, organisms, environment
        self._process: _Process | None = None
        self.organism = ""
        """Of its last job."""

    @property
    def playing(self) -> int:
        """Matches that it plays."""
        return len(self._process.waiting) if self._process else 0

    async def play(self, job: Job) -> Outcome:
        if self._process is None or self._process.lost:
            self.close()
            with threads(self._workers), variables(self._environment):
                self._process = _Process(self._organisms)
        self.organism = job.organism
        return await self._process.play(job)

    def close(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


class _Process:
    """One worker process and the pipe to it."""

    def __init__(self, organisms: int) -> None:
        self.waiting: dict[int, asyncio.Future[Outcome]] = {}
        self.lost = False
        self._number = 0
        self._connection, theirs = CONTEXT.Pipe()
        self._process: BaseProcess = CONTEXT.Process(target=serve, args=(theirs, organisms), daemon=True)
        with _without_interrupts():
            self._process.start()
        theirs.close()  # else its end would not be seen here
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._connection.fileno(), self._receive)

    async def play(self, job: Job) -> Outcome:
        self._number += 1
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        self.waiting[self._number] = answer
        try:
            self._connection.send((self._number, job))
        except OSError:
            self._lose()
        return await answer

    def _receive(self) -> None:
        try:
            number, answer = self._read()
        except (EOFError, OSError):
            self._lose()
            return
        future = self.waiting.pop(number)
        if future.cancelled():
            return
        if isinstance(answer, Outcome):
            future.set_result(answer)
        else:
            future.set_exception(answer if isinstance(answer, OSError) else RuntimeError(f"a worker process failed:\n{answer}"))

    def _read(self) -> Answer:
        answer: Answer = self._connection.recv()
        return answer

    def _lose(self) -> None:
        """The process is gone: all that it played is told so."""
        self.end()
        reason = f"worker process {self._process.pid} died (exit code {self._process.exitcode})"
        while self.waiting:
            _, future = self.waiting.popitem()
            if not future.done():
                future.set_exception(WorkerLostError(reason))

    def end(self) -> None:
        """End the process, with what it plays."""
        if not self.lost:
            self.lost = True
            self._loop.remove_reader(self._connection.fileno())
            self._connection.close()
            self._process.kill()
            self._process.join()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """While it lasts, what is started never sees Ctrl-C: the terminal sends it to all processes, and only one decides what it means."""
    resource_tracker.ensure_running()  # it starts with the first process otherwise, and lets all signals through when it has
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _shares(workers: int, gpus: float | None) -> list[str]:
    """The devices that each worker sees, as CUDA wants them listed."""
    if gpus is None:
        return [""] * workers
    import torch

    listed = os.environ.get(GPUS)
    devices = listed.split(",") if listed else [str(number) for number in range(torch.cuda.device_count())]
    whole = max(1, int(gpus))
    shares = [devices[first : first + whole] for first in (int(number * gpus) for number in range(workers))]
    if any(len(share) < whole for share in shares):
        raise SweepError(f"gpus_per_worker: {workers} workers with {gpus:g} GPUs each need more than the {len(devices)} that are here")
    return [",".join(share) for share in shares]
