"""Plays one match among others: that it stops is an outcome of its own, and the others go on. It shows nothing."""

from collections.abc import Callable
from pathlib import Path

from agent import Brain, BrainError
from game.match import play
from game.match_log import Listener, reason_of
from game.purse import Purse
from game.score import Outcome
from game.spec import MatchSpec
from organism import Organism, OrganismError
from tools import Helper
from transcripts import Event, RunFolder

MakeBrain = Callable[[MatchSpec], Brain]
"""Makes the brain of a match."""


async def attempt(
    run: RunFolder,
    organism: Organism,
    make: MakeBrain,
    cache: Path,
    *,
    helper: Helper | None = None,
    listener: Listener | None = None,
    purse: Purse | None = None,
) -> Outcome:
    """Play a match (see `play`); one that stops with an error has ended `errored`, with its reason, and can be resumed.

    Args:
        run: with its spec.
        organism: the spec's.
        make: makes the brain of the spec.
        cache: where the organism's truth is sealed.
        helper: the spec's helper model.
        listener: told each event.
        purse: what the match draws on with others; spent, it stops it or lets it not begin.

    Raises:
        OSError: the others would fail on the same disk.
    """
    try:
        paid = purse.begin(run) if purse and not run.finished else None

        def listen(event: Event) -> None:
            for told in (listener, paid):
                if told is not None:
                    told(event)

        return await play(run, organism, make(MatchSpec.read(run.spec)), cache, helper=helper, listener=listen)
    except OSError:
        raise
    except Exception as error:  # `play` has noted it in the run's log
        return errored(error)


def errored(error: Exception) -> Outcome:
    """How a match ends that an error stops."""
    return Outcome(kind="errored", reason=reason_of(error), may_pass=isinstance(error, BrainError | OrganismError) and error.may_pass)
