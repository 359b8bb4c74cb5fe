"""A match that people play: one team, one organism, one log, a clock that they start and pause. It shows nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from game.hosted import HostedMatch
from game.people.clock import MatchClock
from game.people.draft import read_draft, write_draft
from game.people.lateness import seconds_late
from game.score import Outcome
from tools import SUBMIT, Cancelling
from transcripts import Event

NO_REPORT = "the time was over before there was a report; what was written is kept in draft.json"
NOTHING_WRITTEN = "the time was over, and no report was written"
FOR_PEOPLE = (
    "You read what agents are told, too. To you results are shown as they are best read, you make one call after the other, "
    "and `submit_report` is the report that you write and hand in here."
)


@dataclass(frozen=True)
class RunningCall:
    """A call that is under way, or that waits for the one before it."""

    tool: str
    arguments: dict[str, JsonValue]
    who: str
    since: float
    """Seconds since the epoch."""
    cancelling: Cancelling


class PeopleMatch(HostedMatch):
    """One match that people play. Its clock stands still until it is started.

    Args:
        run: with its spec; may hold the beginning of a match that was stopped.
        organism: the spec's.
        helper: the spec's helper model, where it names one.
        listener: told each event once it is in the log.
        clock: gives the time of each event.

    Raises:
        RunError: the match is over.
        LogError: the log is corrupted, in use, or not that of this spec.
        RecordError: the draft cannot be read.
    """

    CALLER = "p"
    FAILED = "this failed by a fault of the game, which is noted, and the clock is paused: start it to go on"

    def _opened(self) -> None:
        self._handed_in, self._running = False, dict[str, RunningCall]()
        self.clock = MatchClock(self.bench, self._now)
        self._draft = read_draft(self.run)

    @property
    def instructions(self) -> str:
        """What the team is told at the start: the same as our own auditor, and what of it is otherwise for people."""
        return f"{super().instructions}\n\n{FOR_PEOPLE}"

    @property
    def running(self) -> Mapping[str, RunningCall]:
        """Calls under way, or waiting, by id; in their order."""
        return dict(self._running)

    def start(self, who: str = "") -> None:
        """Start the clock: the first time this begins the match, later it goes on. So does a match that failed.

        Raises:
            AuditOverError: the report is submitted, or the disk failed.
        """
        if not isinstance(self.failure, OSError):
            self.failure = None
        super()._check_call()
        if not self.clock.running:
            self._log_start(who)
            self.clock.running = True

    def pause(self, who: str = "", reason: str = "") -> None:
        """Stop the clock; what passes until the next start is not played. A call under way comes to its end."""
        if self.clock.running:
            self._log.append("paused", {"who": who, "reason": reason})
            self.clock.running = False

    async def call(self, name: str, arguments: dict[str, JsonValue], who: str = "") -> Event:
        """Run one call when those before it are done, and return its result event.

        Raises:
            ClockPausedError: the clock does not run.
            AuditOverError: the report is submitted, or the match failed.
            ToolError: the arguments are too long to be looked at; nothing is logged of them.
        """
        self._check_call()
        return await self._take(name, arguments, who)

    async def _alone(self, call_id: str, name: str, arguments: dict[str, JsonValue], who: str, cancelling: Cancelling) -> Event:
        self._running[call_id] = RunningCall(name, arguments, who, self._now(), cancelling)
        try:
            return await super()._alone(call_id, name, arguments, who, cancelling)
        finally:
            del self._running[call_id]

    def cancel(self, call: str, who: str = "") -> bool:
        """Give up a call that is under way or waits: its result is an error that says so; false if it is over already.

        Args:
            call: its id.
            who: gives it up.
        """
        found = self._running.get(call)
        if found is not None:
            found.cancelling.cancel(f"cancelled by {who}" if who else "cancelled")
        return found is not None

    @property
    def draft(self) -> dict[str, JsonValue]:
        """The report as it is written so far: fields of `Report`, perhaps incomplete or wrong."""
        return dict(self._draft)

    def save_draft(self, fields: dict[str, JsonValue]) -> None:
        """Keep what is written so far, in place of what was kept before; also while the clock is paused or has run out.

        Raises:
            AuditOverError: the report is submitted.
            ToolError: it is too long; what was kept before stays.
        """
        if self.over:
            super()._check_call()
        self._draft = write_draft(self.run, fields)

    async def submit(self, who: str = "") -> Event:
        """Submit the draft, which seals the run; where the clock is paused, it runs for as long as that takes.

        Returns:
            The result; an error that names each wrong field where the draft is no report yet.

        Raises:
            AuditOverError: the report is submitted already, or the match failed.
        """
        ran = self.clock.running
        self.start(who)
        try:
            return await self.call(SUBMIT, self.draft, who)
        finally:
            if not ran and not self.over:
                self.pause(who, "the report is not submitted")

    async def seal_late(self) -> None:
        """End a match whose time is over: a draft that is a report is handed in, marked late; without one the match is unscored.

        Raises:
            AuditOverError: the match failed.
        """
        if self.over:
            return
        for call in self.running:
            self.cancel(call, "the host: the time is over")
        self._handed_in = True
        event = await self.submit()
        if not self.over:
            self._end(Outcome(kind="unscored", reason=f"{NO_REPORT}: {_error(event)}" if self._draft else NOTHING_WRITTEN))

    def close(self) -> None:
        """Pause, and let go of the run; a call under way is given up without a result."""
        self.pause(reason="left")
        super().close()

    def _check_call(self) -> None:
        super()._check_call()
        self.clock.check()

    def _fail(self, error: Exception) -> None:
        self.clock.running = False
        super()._fail(error)

    def _end(self, outcome: Outcome) -> None:
        self.clock.running = False
        if self.bench.report is not None:
            over = seconds_late(self._log.events, self.bench.budget)
            outcome = outcome.model_copy(update={"late": over > 0 or self._handed_in, "seconds_late": over})
        super()._end(outcome)


def _error(event: Event) -> str:
    content = event.data["content"]
    return str(content.get("error")) if isinstance(content, dict) else ""
