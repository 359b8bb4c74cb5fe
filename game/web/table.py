"""A team's place in a served game: its match, who is there, and what came of it. It knows no page and no truth."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property

from game.people.match import PeopleMatch
from game.score import Outcome, Score
from game.spec import MatchSpec
from organism import Organism
from tools import AuditOverError, Budget, Helper, Tally, Used
from transcripts import LogError, RecordError, RunError, RunFolder, events_so_far

PRESENT = 30
"""Seconds for which somebody who was there counts as there."""


class FaultyTableError(RuntimeError):
    """A team's run cannot be played; the message says why."""


class Table:
    """A team and its match.

    Args:
        name: of the team.
        code: mark of the team's code.
        run: of the team; may be begun, and may be over.
        organism: that it audits; teams may share it.
        recipe: name of what the organism was built from; null where it was asked for by its id.
        helper: of the match.
        clock: seconds, for telling who is there.
    """

    def __init__(
        self,
        name: str,
        code: str,
        run: RunFolder,
        organism: Organism,
        recipe: str | None,
        helper: Helper | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.code, self.run, self.organism, self.recipe = name, code, run, organism, recipe
        self._helper, self._clock = helper, clock
        self._match: PeopleMatch | None = None
        self._seen = dict[str, float]()
        self.problem = ""
        """Why the run cannot be played; empty if it can."""
        self.open()

    def open(self) -> None:
        """Take the run up, if it is not over."""
        self.problem = ""
        if self.sealed:
            return
        try:
            self._match = PeopleMatch(self.run, self.organism, helper=self._helper)
        except RunError:
            if not self.sealed:  # it was killed between its report and its seal, and is sealed now
                raise
        except (LogError, RecordError) as error:
            self.problem = str(error)

    @property
    def match(self) -> PeopleMatch | None:
        """The match; null once it is over and let go of.

        Raises:
            FaultyTableError: it cannot be played.
        """
        if self.problem:
            raise FaultyTableError(self.problem)
        return self._match

    def greet(self, person: str) -> None:
        """Note that a person is there."""
        self._seen[person] = self._clock()

    @property
    def people(self) -> tuple[str, ...]:
        """Who was there in the last half minute."""
        return tuple(sorted(name for name, then in self._seen.items() if self._clock() - then < PRESENT))

    @property
    def sealed(self) -> bool:
        """Whether the match is over."""
        return self.run.finished if self._match is None else self._match.over

    @property
    def limits(self) -> Budget:
        """What the match may use."""
        return MatchSpec.read(self.run.spec).budget

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; null before."""
        return Outcome.read(self.run.done) if self.sealed else None

    @property
    def score(self) -> Score | None:
        """Its score; null before there is one."""
        return Score.read(self.run.score) if self.run.score.exists() else None

    @cached_property
    def _used(self) -> Used:
        return Tally().used(events_so_far(self.run.events))

    @property
    def used(self) -> Used:
        """What the match has used so far; nothing where its log cannot be read."""
        if self.problem:
            return Used()
        return self._used if self._match is None else self._match.bench.used

    def start(self, who: str) -> None:
        """Start the clock of a match that can be played."""
        if self._match is not None and not self.sealed:
            self._match.start(who)

    def pause(self, who: str) -> None:
        """Pause the clock of a match that can be played."""
        if self._match is not None and not self.sealed:
            self._match.pause(who)

    async def seal_late(self) -> None:
        """Seal what is written; where that fails the match tells its host why, and other teams do not wait for it."""
        if self._match is not None and not self.sealed:
            with suppress(AuditOverError):
                await self._match.seal_late()

    def close(self) -> None:
        """Let go of the run, so that another process can score it."""
        if self._match is not None:
            self._match.close()
            self._match = None
