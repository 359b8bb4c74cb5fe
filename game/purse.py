"""One budget for several matches: each asks it before it begins, and all stop when it is spent. What was spent is read from their logs.

So a sweep that is resumed has not forgotten what it has paid.
"""

from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from agent import check_dollars
from game.spec import MatchSpec
from tools import Budget, Tally, Used
from transcripts import Event, EventReader, Record, RunFolder, list_runs


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

    It reads their logs as they grow, so it does not matter which process plays them.

    Args:
        limits: of all matches together.
        runs: the folder of the runs; each run in it counts.

    Raises:
        LogError: the log of a run is corrupted.
    """

    def __init__(self, limits: PurseLimits, runs: Path) -> None:
        self.limits = limits
        self._accounts = {run.path: account for run in list_runs(runs) if (account := _Account(run)).begun}

    def look(self) -> None:
        """Read what the logs have grown by; one that another process has begun counts once it was let begin here.

        Raises:
            LogError: the log of a run is corrupted.
        """
        for account in self._accounts.values():
            account.look()

    def used(self) -> dict[str, float]:
        """What is used of each thing that can be limited, by the limit's name."""
        used = [account.used for account in self._accounts.values()]
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
        self.check(begins=run.path not in self._accounts)
        account, told = self._accounts.setdefault(run.path, _Account(run)), False

        def listen(event: Event) -> None:  # noqa: ARG001 - it is in the log
            nonlocal told
            account.look()
            if not told:
                told = True  # also for the event that notes the error below
                self.check(begins=False)
                told = False

        return listen


class _Account:
    """What one match has used, from its log."""

    def __init__(self, run: RunFolder) -> None:
        self._log, self._tally, self.used = EventReader(run.events), Tally(), Used()
        self.begun = self._log.grown
        self.look()

    def look(self) -> None:
        if self._log.grown:
            self.used = self._tally.add(list(self._log.new()))
