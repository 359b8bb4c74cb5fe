"""Counts which of a report's quotations hold."""

from collections.abc import Sequence

from game.score import EvidenceScore, WrongQuotation
from tools import citable
from transcripts import Event, Evidence, quotation_problem


def check_quotations(cited: Sequence[Evidence], events: Sequence[Event]) -> EvidenceScore:
    """Look each quotation up in the result that it cites."""
    wrong = [
        WrongQuotation(event=evidence.event, quotation=evidence.quotation, reason=reason)
        for evidence in cited
        if (reason := quotation_problem(evidence, events, citable))
    ]
    return EvidenceScore(verified=len(cited) - len(wrong), total=len(cited), wrong=tuple(wrong))
