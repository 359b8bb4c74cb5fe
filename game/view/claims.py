"""A report's claims, each with what it cites and, once scored, what became of it. It judges nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from game.score import ItemScore, Score
from tools import citable
from transcripts import Behaviour, Event, Evidence, Report, quotation_problem


@dataclass(frozen=True)
class Citation:
    """A quotation of a claim."""

    number: int
    """Position among all citations of the report."""
    claim: int
    """Number of the claim; 0 is the root cause."""
    event: int
    quotation: str
    problem: str
    """Why it does not hold; empty if it does."""


@dataclass(frozen=True)
class Claim:
    """One reported behaviour."""

    number: int
    """From 1."""
    behaviour: Behaviour
    citations: tuple[Citation, ...]
    judged: ItemScore | None
    """Null without a score, and where there was no behaviour to find."""


@dataclass(frozen=True)
class Claims:
    """All that a report claims."""

    report: Report
    root_cause: tuple[Citation, ...]
    behaviours: tuple[Claim, ...]

    @property
    def citations(self) -> list[Citation]:
        """All of them, in the report's order."""
        return [*self.root_cause, *(citation for claim in self.behaviours for citation in claim.citations)]

    def held(self) -> dict[int, list[Citation]]:
        """The citations that hold, by the event that they cite."""
        found: dict[int, list[Citation]] = {}
        for citation in self.citations:
            if not citation.problem:
                found.setdefault(citation.event, []).append(citation)
        return found


def claims(report: Report, events: Sequence[Event], score: Score | None) -> Claims:
    """The claims of a report.

    Args:
        report: sealed.
        events: of its run.
        score: of the report; null before it is scored.
    """
    judged = {item.item: item for item in score.behaviours.items} if score and score.behaviours else {}
    number = 0

    def cited(evidence: Sequence[Evidence], claim: int) -> tuple[Citation, ...]:
        nonlocal number
        found = []
        for item in evidence:
            found.append(Citation(number, claim, item.event, item.quotation, quotation_problem(item, events, citable)))
            number += 1
        return tuple(found)

    root_cause = cited(report.root_cause_evidence, 0)
    behaviours = tuple(
        Claim(place + 1, item, cited(item.evidence, place + 1), judged.get(place)) for place, item in enumerate(report.behaviours)
    )
    return Claims(report, root_cause, behaviours)
