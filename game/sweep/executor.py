"""What plays the matches of a sweep somewhere: the protocol of executors, and what they are given. It knows no executor."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from game.score import Outcome
from transcripts import Record


class Job(Record):
    """A match to be played; all else stands in its run's spec. On a cluster both folders are shared by all machines."""

    run: Path
    """Folder of the run, in the sweep's folder."""
    cache: Path
    """Where the organism lies."""
    organism: str
    """Id, so that the match can go to where it is loaded already."""


class WorkerLostError(RuntimeError):
    """The process that played a match has died; the match goes on from its log when it is played again."""


class Executor(Protocol):
    """Plays matches in other processes; on entering it makes them ready, on leaving it ends them, with what they play."""

    @property
    def places(self) -> int:
        """Matches that it plays side by side; more than these it lets wait."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...

    async def play(self, job: Job) -> Outcome:
        """Play a match to its end, or go on with it; called for many at once (see `game.sweep.worker`).

        Raises:
            WorkerLostError: its process died. Others take over: the same match can be given again.
            OSError: the disk fails.
        """
        ...
