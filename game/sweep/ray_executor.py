"""Plays the matches of a sweep in processes of a Ray cluster, on as many machines as it has. It knows no sweep and shows nothing."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from game.score import Outcome
from game.sweep.executor import Job, WorkerLostError
from game.sweep.ray_cluster import ClusterError, check_room, connect, load_ray
from game.sweep.worker import Worker
from game.version import package_version
from organism import organism_folder
from transcripts import RunFolder

Value = TypeVar("Value")
LATE_SECONDS = 5.0
"""How long a network file system may take to show a file that another machine has written."""


class RemoteWorker(Worker):
    """A worker in a process on some machine of the cluster."""

    async def version(self) -> str:
        """Of the package there."""
        return package_version()

    async def play(self, job: Job) -> Outcome:
        """See `Worker.play`.

        Raises:
            ClusterError: the run or the organism cannot be seen from here.
        """
        for path in (RunFolder(job.run).spec, organism_folder(job.cache, job.organism).path):
            await _wait_for(path)
        return await super().play(job)


@dataclass(eq=False)
class _Process:
    """A process that the executor has started."""

    actor: Any
    """Ray's handle of its `RemoteWorker`."""
    free: int = 0
    """Matches that can be given to it now; none before it is ready."""
    organisms: set[str] = field(default_factory=set)
    """That it was asked for."""
    error: Exception | None = None
    """Why it will not become ready."""
    starting: "asyncio.Task[None] | None" = None


class RayExecutor:
    """Plays matches in workers that Ray starts where it finds room.

    The folders of the runs and of the organisms must lie on a disk that all machines see under the same path; the package must be
    installed on them, and keys must stand in the environment in which Ray was started there.

    Args:
        workers: processes; those for which the cluster has no room wait for it.
        at_once: matches side by side in each.
        organisms: most organisms that each holds loaded.
        cpus: of each, as Ray counts them; may be a fraction.
        gpus: of each; may be a fraction.
        address: of a cluster, which is left running: `HOST:PORT`, or `auto` for the one that this machine is in. None starts one on
            this machine and ends it afterwards.
    """

    def __init__(
        self, *, workers: int, at_once: int, organisms: int, cpus: float = 1.0, gpus: float = 0.0, address: str | None = None
    ) -> None:
        self._workers, self._at_once, self._organisms, self._address = workers, at_once, organisms, address
        self._needs = {"CPU": cpus, "GPU": gpus}
        self._processes: list[_Process] = []
        self._changed = asyncio.Event()
        self._ray: Any = None

    @property
    def places(self) -> int:
        """Matches that it plays side by side; more than these it lets wait."""
        return self._workers * self._at_once

    async def __aenter__(self) -> Self:
        """Connect to the cluster and ask it for workers.

        Raises:
            ClusterError: Ray is missing, or the cluster cannot be reached or has no room for one worker.
        """
        self._ray = load_ray()
        # Not in another thread: the processes of a cluster of its own end with the thread that started them.
        connect(self._ray, self._address, self._workers)
        try:
            check_room(self._ray, self._needs)
            for _ in range(self._workers):
                self._start()
        except BaseException:
            self._ray.shutdown()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the workers with what they play, and the cluster if it is its own."""
        while self._processes:
            self._end(self._processes.pop())
        self._changed.set()
        self._ray.shutdown()

    async def play(self, job: Job) -> Outcome:
        """See `Executor.play`.

        Raises:
            WorkerLostError: its process died. Another takes over: the same match can be given again.
            ClusterError: a machine cannot see the run or the organism, or runs another version of the package.
            OSError: the disk fails.
        """
        process = await self._free_process(job.organism)
        process.free -= 1
        process.organisms.add(job.organism)
        # A worker's own current folder is another.
        there = job.model_copy(update={"run": job.run.absolute(), "cache": job.cache.absolute()})
        playing = process.actor.play.remote(there)
        try:
            return await self._answer(playing)
        except asyncio.CancelledError:
            if process in self._processes:
                self._ray.cancel(playing)
            raise
        except WorkerLostError:
            if process in self._processes:  # one of its matches is the first to learn of it
                self._replace(process)
            raise
        finally:
            process.free += 1
            self._changed.set()

    async def _free_process(self, organism: str) -> _Process:
        """The one with most free places, among these one that has loaded the organism.

        Raises:
            Exception: why a worker did not start, told to one match only: for the next there is a new one.
        """
        while self._processes:
            for process in self._processes:
                if process.error is not None:
                    self._replace(process)
                    raise process.error
            best = max(self._processes, key=lambda process: (process.free, organism in process.organisms))
            if best.free:
                return best
            self._changed.clear()
            await self._changed.wait()
        raise WorkerLostError("the executor has ended")

    def _start(self) -> None:
        remote = self._ray.remote(RemoteWorker)
        options = {"num_cpus": self._needs["CPU"], "num_gpus": self._needs["GPU"], "max_concurrency": self._at_once}
        process = _Process(remote.options(**options, max_restarts=0, max_task_retries=0).remote(self._organisms))
        process.starting = asyncio.create_task(self._make_ready(process))
        self._processes.append(process)

    async def _make_ready(self, process: _Process) -> None:
        try:
            version = await self._answer(process.actor.version.remote())
            if version != package_version():
                raise ClusterError(f"a machine of the cluster has auditgame {version}, this one {package_version()}; install the same")
            process.free = self._at_once
        except Exception as error:  # raised where a match waits for it
            process.error = error
        self._changed.set()

    def _replace(self, process: _Process) -> None:
        self._processes.remove(process)
        self._end(process)
        self._start()

    def _end(self, process: _Process) -> None:
        if process.starting is not None:
            process.starting.cancel()
        self._ray.kill(process.actor)  # if it is only out of reach, it must not write to a log that another goes on with

    async def _answer(self, answer: Awaitable[Value]) -> Value:
        """What a worker answers.

        Raises:
            WorkerLostError: it died.
            Exception: what it raised.
        """
        try:
            return await answer
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from error  # whose text holds the traceback of the worker
        except self._ray.exceptions.RayError as error:
            raise WorkerLostError(f"the worker is lost: {' '.join(str(error).split())}") from None


async def _wait_for(path: Path) -> None:
    """Wait until a file or folder can be seen.

    Raises:
        ClusterError: it cannot.
    """
    until = asyncio.get_running_loop().time() + LATE_SECONDS
    while not path.exists():
        if asyncio.get_running_loop().time() > until:
            raise ClusterError(
                f"a machine of the cluster does not see {path}: the runs and the organisms must lie on a disk that all share"
            )
        await asyncio.sleep(0.2)
