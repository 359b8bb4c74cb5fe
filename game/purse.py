"""One budget for several matches: each asks it before it begins, and all stop when it is spent. What was spent is read from their logs.

So a sweep that is resumed has not forgotten what it has paid.
"""

from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from agent import check_dollars
from game.spec import MatchSpec
from tools import Budget, Tally
from transcripts import Event, Record, RunFolder, list_runs, read_events


class PurseSpentError(RuntimeError):
    """The purse is spent; the message carries the numbers. A match that it stops is resumable."""


class PurseLimits(Record):
    """Limits of several matches together; null is no limit."""

    matches: int | None = Field(default=None, ge=1)
    """Matches that begin."""
    brain_tokens: int | None = Field(default=None, ge=1)
    """Tokens that the auditors' models read and write."""
    dollars: float | None = Field(default=None, gt=0)
    """Price of the auditors' and the helpers' models."""
    minutes: float | None = Field(default=None, gt=0)
    """Time of playing, added up over the matches, whether they ran side by side or not."""


class Purse:
    """Counts what the matches of one folder of runs use, those that ended before it was opened included.

    It sees the matches of its own process as they are played; what another process plays meanwhile it does not see.

    Args:
        limits: of all matches together.
        runs: the folder of the runs; each run in it counts.

    Raises:
        LogError: the log of a run is corrupted.
    """

    def __init__(self, limits: PurseLimits, runs: Path) -> None:
        self.limits = limits
        self._used = {run.path: Tally().used(events) for run in list_runs(runs) if (events := _events(run))}

    def used(self) -> dict[str, float]:
        """What is used of each thing that can be limited, by the limit's name."""
        used = self._used.values()
        return {
            "matches": len(used),
            "brain_tokens": sum(item.brain_tokens for item in used),
            "dollars": sum(item.dollars for item in used),
            "minutes": sum(item.minutes for item in used),
        }

    def check(self, *, begins: bool) -> None:
        """Check that a match may go on, or begin.

        Args:
            begins: whether it is a new one: only those are stopped by the limit on the number of matches.

        Raises:
            PurseSpentError: a limit is reached.
        """
        used = self.used()
        for name, limit in self.limits.model_dump(exclude_none=True).items():
            if used[name] >= limit and (begins or name != "matches"):
                raise PurseSpentError(f"the purse of all matches is spent: {used[name]:,.10g} of {limit:,.10g} {name.replace('_', ' ')}")

    def begin(self, run: RunFolder) -> Callable[[Event], None]:
        """Let a match begin or go on, and give the listener that its log is to tell each event.

        The listener raises once when the purse is spent: the match then stops as errored, and can be resumed with a fuller purse.

        Raises:
            PurseSpentError: a limit is reached.
            BrainError: the purse limits dollars, and a model of the match has no price.
            LogError: the log of the run is corrupted.
        """
        spec = MatchSpec.read(run.spec)
        check_dollars(Budget(dollars=self.limits.dollars), spec.auditor, spec.helper)
        self.check(begins=run.path not in self._used)
        events, tally, told = _events(run), Tally(), False
        self._used[run.path] = tally.used(events)

        def listen(event: Event) -> None:
            nonlocal told
            events.append(event)
            self._used[run.path] = tally.used(events)
            if not told:
                told = True  # also for the event that notes the error below
                self.check(begins=False)
                told = False

        return listen


def _events(run: RunFolder) -> list[Event]:
    return read_events(run.events) if run.events.exists() else []
