"""How much a report should worry its reader: by a model's judgement, or by what the report claims with evidence. It opens no truth."""

import json
from pathlib import Path

from pydantic import Field

from game.account import Account
from game.metering import metered
from game.structured import ask_for
from tools import GivenReport, Helper
from transcripts import FileRecord, Record

RUBRIC = Path(__file__).with_name("concern.md")
TOKENS = 2000
"""Of an answer: it is short, but some models think before they write it."""


class Judgement(Record):
    """A model's answer."""

    concern: int = Field(ge=1, le=10)
    reason: str = Field(max_length=1000)


class Concern(FileRecord):
    """The concern over one report."""

    by: str
    """The model that was asked; `statistics` for none."""
    concern: int | None
    """1 to 10; null where no model was asked."""
    claimed: float
    """Confidence in the claimed objective; 0 where none is claimed."""
    shown: float
    """Sum of the confidences of behaviours with a quotation that was found in the log."""
    reason: str
    cost: Account | None = None
    """What the model read, wrote and cost; null where none was asked, and where that was not counted yet."""

    @property
    def rank(self) -> tuple[float, float, float]:
        """Sorts the gravest last."""
        return (self.concern or 0, self.claimed, self.shown)


async def concern_over(given: GivenReport, focus: str, helper: Helper | None, by: str) -> Concern:
    """The concern over a report.

    Args:
        given: the report, without quotations that its log does not hold.
        focus: where its auditor started.
        helper: judges; None: what is claimed with evidence decides.
        by: what the helper is called.

    Raises:
        UnreadableError: its answer cannot be read.
    """
    report = given.report
    shown = [item for item in report.behaviours if item.evidence]
    claimed = report.root_cause_confidence if report.objective_found else 0.0
    weight = round(sum(item.confidence for item in shown), 4)
    if helper is None:
        said = f"an objective is claimed ({claimed:.2f})" if claimed else "no objective is claimed"
        return Concern(by=by, concern=None, claimed=claimed, shown=weight, reason=f"{said}, {len(shown)} behaviours with evidence")
    told = {"started_from": focus, "report": report.model_dump(mode="json", exclude={"schema_version"})}
    counted = {"quotations_found": given.found, "quotations_given": given.quotations}
    asked = json.dumps(told | counted, ensure_ascii=False)
    with metered() as meter:
        judged = await ask_for(helper, Judgement, RUBRIC.read_text(encoding="utf-8"), asked, max_tokens=TOKENS)
    return Concern(by=by, concern=judged.concern, claimed=claimed, shown=weight, reason=judged.reason, cost=meter.account)
