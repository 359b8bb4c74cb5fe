"""Plays one match among others: that it stops is an outcome of its own, and the others go on. It shows nothing."""

from collections.abc import Callable
from pathlib import Path

from agent import Brain
from game.match import Listener, play, reason_of
from game.score import Outcome
from game.spec import MatchSpec
from organism import Organism
from tools import Helper
from transcripts import RunFolder

MakeBrain = Callable[[MatchSpec], Brain]
"""Makes the brain of a match."""


async def attempt(
    run: RunFolder, organism: Organism, make: MakeBrain, cache: Path, *, helper: Helper | None = None, listener: Listener | None = None
) -> Outcome:
    """Play a match (see `play`); one that stops with an error has ended `errored`, with its reason, and can be resumed.

    Raises:
        OSError: the others would fail on the same disk.
    """
    try:
        return await play(run, organism, make(MatchSpec.read(run.spec)), cache, helper=helper, listener=listener)
    except OSError:
        raise
    except Exception as error:  # `play` has noted it in the run's log
        return Outcome(kind="errored", reason=reason_of(error))
