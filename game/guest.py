"""A match whose auditor is a guest: somebody outside who calls one tool after the other. It ends with a report and scores nothing.

No truth is opened here: the score is a command of its own, given when the guest is gone.
"""

import asyncio
from types import TracebackType
from typing import Self

import anyio
from pydantic import JsonValue

from agent import check_dollars, instructions, log_brief
from game.match import Listener, begin, check_log, check_report, note, note_error
from game.score import Outcome
from game.spec import MatchSpec
from organism import Organism
from tools import AuditOverError, Helper, Workbench
from transcripts import Event, EventLog, RunError, RunFolder

NOT_SCORED = "not scored yet; auditgame score does it"
FAILED = "the game failed; whoever runs it can read why, and go on with this audit"


class GuestMatch:
    """One match that is open for a guest's calls. Its clock starts with the first of them.

    Args:
        run: with its spec; may hold the beginning of a match that was stopped.
        organism: the spec's.
        helper: the spec's helper model, where it names one.
        listener: told each event once it is in the log.

    Raises:
        RunError: the match is over.
        LogError: the log is corrupted, in use, or not that of this spec.
    """

    def __init__(self, run: RunFolder, organism: Organism, *, helper: Helper | None = None, listener: Listener | None = None) -> None:
        check_open(run)
        self.run, self._spec = run, MatchSpec.read(run.spec)
        check_dollars(self._spec.budget, self._spec.helper)
        self._log = EventLog(run.events, listener=listener)
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
            if self.bench.report is not None:  # it was killed between its report and its seal
                self._seal()
                check_open(run)
        except BaseException:
            self._log.close()
            raise
        self._begun = False
        self._one_at_a_time = asyncio.Lock()
        self.failure: Exception | None = None
        """The bug or fault that stopped the match; it can go on in another process."""

    @property
    def instructions(self) -> str:
        """What the guest is told at the start: the same as our own auditor."""
        return instructions(self.bench)

    async def call(self, name: str, arguments: dict[str, JsonValue]) -> Event:
        """Run one call and return its result event. The call that submits the report seals the run.

        Calls run one after the other, so that none goes beyond the budget and none is under way when the run is sealed.
        A call that has begun comes to its logged result also if its guest is gone.

        Raises:
            AuditOverError: the report is submitted, or the match failed.
        """
        async with self._one_at_a_time:
            if self.run.finished:
                raise AuditOverError("the report is submitted: the audit is over")
            if self.failure is not None:
                raise AuditOverError(FAILED)
            try:
                with anyio.CancelScope(shield=True):
                    event = await self._call(name, arguments)
            except Exception as error:
                self.failure = error
                if not isinstance(error, OSError):  # the log may be on the very disk that failed
                    note_error(self._log, error)
                raise AuditOverError(FAILED) from error
            return event

    async def _call(self, name: str, arguments: dict[str, JsonValue]) -> Event:
        if not self._begun:
            begin(self._log, self._spec)
            log_brief(self.bench)
            self._begun = True
        number = sum(event.kind == "call" for event in self._log.events)
        event = await self.bench.call(f"g{number}", name, arguments)
        if self.bench.report is not None:
            self._seal()
        return event

    def _seal(self) -> None:
        report = self.bench.report
        if report is None:
            raise AssertionError("a match without a report is not over")
        report.write(self.run.report)
        problem = check_report(report, self._log.events)
        outcome = Outcome(kind="invalid", reason=problem) if problem else Outcome(kind="unscored", reason=NOT_SCORED)
        note(self._log, outcome)
        outcome.write(self.run.done)

    def close(self) -> None:
        """Let go of the run."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def check_open(run: RunFolder) -> None:
    """Check that a run still waits for its report.

    Raises:
        RunError: it does not.
    """
    if run.finished:
        raise RunError(f"{run.path}: its report is submitted; score it with: auditgame score {run.path}")
