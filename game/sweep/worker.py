"""Plays matches of a sweep inside a process that an executor has started: one worker a process, many matches at once. It shows nothing."""

from agent import BrainError, make_brain
from game.attempt import attempt, errored
from game.helping import make_helper
from game.score import Outcome
from game.spec import MatchSpec
from game.sweep.executor import Job
from game.sweep.shelf import Shelf
from game.sweep.stop_file import StopFile
from organism import OrganismError
from transcripts import RecordError, RunFolder


class Worker:
    """Plays matches in the event loop that it is used in, with the organisms that its process has loaded.

    Args:
        organisms: most organisms that it holds loaded at a time.
    """

    def __init__(self, organisms: int) -> None:
        self._shelf = Shelf(organisms)

    async def play(self, job: Job) -> Outcome:
        """Play a match, or go on with it; it ends `errored` where it fails or the sweep is stopped, and can then be played on.

        Raises:
            OSError: the disk fails.
        """
        run, stop = RunFolder(job.run), StopFile(job.run.parent)
        try:
            helper = make_helper(MatchSpec.read(run.spec).helper)
            async with self._shelf.lend(job.cache, job.organism) as organism:
                if reason := stop.reason():  # it has waited for its turn
                    return Outcome(kind="errored", reason=reason)
                listener = stop.listener()
                return await attempt(run, organism, lambda spec: make_brain(spec.auditor), job.cache, helper=helper, listener=listener)
        except (BrainError, OrganismError, RecordError) as error:
            return errored(error)

    def close(self) -> None:
        """Close the organisms; nothing is played any more."""
        self._shelf.close()
