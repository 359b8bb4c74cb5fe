"""A match whose auditor sits outside and calls one tool after the other: what every such match shares. It does not know who calls.

No truth is opened here: the score is a command of its own, given when the report is sealed.
"""

import asyncio
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import anyio
from pydantic import JsonValue

from agent import check_dollars, instructions, log_brief
from game.match_log import Listener, begin, check_log, check_report, note, note_error
from game.score import Outcome
from game.spec import MatchSpec
from organism import Organism
from tools import AuditOverError, Cancelling, Helper, ToolError, Workbench
from transcripts import Event, EventLog, Report, RunError, RunFolder

NOT_SCORED = "not scored yet; auditgame score does it"
OVER = "the report is submitted: the audit is over"
MAX_ARGUMENTS = 1_000_000
"""Characters of a call's arguments as JSON; no tool takes nearly as many."""


class HostedMatch:
    """One match that is open for calls from outside.

    Args:
        run: with its spec; may hold the beginning of a match that was stopped.
        organism: the spec's.
        helper: the spec's helper model, where it names one.
        listener: told each event once it is in the log.
        clock: gives the time of each event.

    Raises:
        RunError: the match is over.
        LogError: the log is corrupted, in use, or not that of this spec.
    """

    CALLER = "g"
    """Begins the id of each call."""
    FAILED = "the game failed; whoever runs it can read why, and go on with this audit"
    """What is told of a fault of the game: nothing of the fault itself."""

    def __init__(
        self,
        run: RunFolder,
        organism: Organism,
        *,
        helper: Helper | None = None,
        listener: Listener | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        check_open(run)
        self.run, self._spec, self._over, self._now = run, MatchSpec.read(run.spec), False, clock
        check_dollars(self._spec.budget, self._spec.helper)
        self._log = EventLog(run.events, clock=clock, listener=listener)
        try:
            check_log(self._log, self._spec)
            self.bench = Workbench(
                organism,
                granted=frozenset(self._spec.affordances),
                budget=self._spec.budget,
                log=self._log,
                seed=self._spec.seed,
                helper=helper,
            )
            self._opened()
            if (report := self.bench.report) is not None:  # it was killed between its report and its seal
                begin(self._log, self._spec)
                self._seal(report)
                check_open(run)
        except BaseException:
            self._log.close()
            raise
        self._number = 1 + max((int(str(event.data["call"])[1:]) for event in self._log.events if event.kind == "call"), default=-1)
        self._one_at_a_time = asyncio.Lock()
        self._under_way: set[asyncio.Task[Event]] = set()
        self.failure: Exception | None = None
        """The bug or fault that stopped the match; it can go on."""

    @property
    def over(self) -> bool:
        """Whether it has ended. Nobody else can end a match that is open, so no file is looked at."""
        return self._over

    @property
    def instructions(self) -> str:
        """What the auditor is told at the start: the same as our own."""
        return instructions(self.bench)

    def _opened(self) -> None:
        """What comes once the log is read."""

    async def _take(self, name: str, arguments: dict[str, JsonValue], who: str = "") -> Event:
        """Run one call when its turn comes, and return its result event. The call that submits the report seals the run.

        Calls run one after the other, so that none goes beyond the budget and none is under way when the run is sealed.
        A call that has begun comes to its logged result also if whoever asked for it is gone.

        Raises:
            AuditOverError: the report is submitted, or the match failed.
            ToolError: the arguments are too long to be looked at; nothing is logged of them.
        """
        if (size := len(json.dumps(arguments))) > MAX_ARGUMENTS:
            raise ToolError(f"arguments of {name}: {size:,} characters, and at most {MAX_ARGUMENTS:,} are taken; nothing was called")
        call_id = f"{self.CALLER}{self._number}"
        self._number += 1
        taken = asyncio.create_task(self._alone(call_id, name, arguments, who, Cancelling()))
        self._under_way.add(taken)
        taken.add_done_callback(self._done)
        with anyio.CancelScope(shield=True):
            await asyncio.wait([taken])
        return taken.result()

    async def _alone(self, call_id: str, name: str, arguments: dict[str, JsonValue], who: str, cancelling: Cancelling) -> Event:
        async with self._one_at_a_time:
            self._check_call()
            try:
                self._begin()
                event = await self.bench.call(call_id, name, arguments, who=who, cancelling=cancelling)
                if (report := self.bench.report) is not None:
                    self._seal(report)
            except Exception as error:
                self._fail(error)
                raise AuditOverError(self.FAILED) from error
            return event

    def _begin(self) -> None:
        """What comes before a call."""

    def _done(self, task: asyncio.Task[Event]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may be gone: then nobody else takes note of it

    def _check_call(self) -> None:
        """Check that a call is taken.

        Raises:
            AuditOverError: it is not.
        """
        if self._over:
            raise AuditOverError(OVER)
        if self.failure is not None:
            raise AuditOverError(self.FAILED)

    def _log_start(self, who: str = "") -> None:
        """Log that the match begins or goes on, and what the auditor is told at its start."""
        begin(self._log, self._spec, who=who)
        log_brief(self.bench)

    def _fail(self, error: Exception) -> None:
        self.failure = error
        if not isinstance(error, OSError):  # the log may be on the very disk that failed
            note_error(self._log, error)

    def _seal(self, report: Report) -> None:
        report.write(self.run.report)
        self._end(sealed_outcome(report, self._log.events))

    def _end(self, outcome: Outcome) -> None:
        note(self._log, outcome)
        outcome.write(self.run.done)
        self._over = True

    def close(self) -> None:
        """Let go of the run; a call under way is given up without a result."""
        for task in self._under_way:
            task.cancel()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def sealed_outcome(report: Report, events: list[Event]) -> Outcome:
    """How a match ends with a report that nobody has scored yet."""
    problem = check_report(report, events)
    return Outcome(kind="invalid", reason=problem) if problem else Outcome(kind="unscored", reason=NOT_SCORED)


def check_open(run: RunFolder) -> None:
    """Check that a run still waits for its report.

    Raises:
        RunError: it does not.
    """
    if not run.finished:
        return
    if not run.report.exists():
        raise RunError(f"{run.path}: it is over without a report: {Outcome.read(run.done).reason}")
    raise RunError(f"{run.path}: its report is submitted; score it with: auditgame score {run.path}")
