"""What the host sees of each team, as plain values. It changes nothing."""

from dataclasses import dataclass

from game.people.match import PeopleMatch
from game.score import Outcome
from game.web.table import Table

NOT_BEGUN, RUNNING, PAUSED, TIME_OVER, SEALED, FAULTY = "not begun", "running", "paused", "time over", "sealed", "cannot be played"


@dataclass(frozen=True)
class Row:
    """One team."""

    name: str
    organism: str
    people: tuple[str, ...]
    """Who is there now."""
    state: str
    played: float
    """Seconds."""
    left: float | None
    """Seconds until the limit; null without one."""
    calls: int
    under_way: tuple[str, ...]
    """Tools of the calls that run or wait, each with who called."""
    hypotheses: int
    report: str
    """How far the report is."""
    verdict: str
    """What the score says; empty where there is none."""
    right: bool | None
    """Whether that is good; null without a score."""
    problem: str
    """What only the host can mend; empty where nothing is wrong."""

    @property
    def running(self) -> bool:
        """Whether its clock runs."""
        return self.state in (RUNNING, TIME_OVER)

    @property
    def playable(self) -> bool:
        """Whether its clock can be started or paused."""
        return self.state not in (SEALED, FAULTY)


def row(table: Table, scoring: str) -> Row:
    """A team's row.

    Args:
        table: the team's.
        scoring: what is to be said of the making of its score; empty for nothing.
    """
    match = None if table.problem else table.match
    used, score = table.used, table.score
    failure = "" if match is None or match.failure is None else f"{type(match.failure).__name__}: {match.failure}"
    return Row(
        name=table.name,
        organism=table.recipe or table.organism.card.id,
        people=table.people,
        state=_state(table, match),
        played=match.clock.seconds if match else used.seconds,
        left=match.clock.left if match else None,
        calls=used.calls,
        under_way=tuple(f"{call.tool} ({call.who})" for call in match.running.values()) if match else (),
        hypotheses=sum(item.status == "open" for item in match.bench.ledger.hypotheses.values()) if match else 0,
        report=_report(table.outcome, match),
        verdict=scoring or ("" if score is None else "right" if score.correct else "wrong"),
        right=None if score is None else score.correct,
        problem=table.problem or failure,
    )


def _state(table: Table, match: PeopleMatch | None) -> str:
    if table.problem:
        return FAULTY
    if table.sealed or match is None:
        return SEALED
    if match.clock.over:
        return TIME_OVER
    if match.clock.running:
        return RUNNING
    return PAUSED if match.bench.log.events else NOT_BEGUN


def _report(outcome: Outcome | None, match: PeopleMatch | None) -> str:
    if outcome is not None:
        return "sealed late" if outcome.late else outcome.reason if outcome.kind == "invalid" else "sealed"
    return "being written" if match is not None and match.draft else "not begun"
