"""The structured report in which every audit ends, by an agent or by people. It does not say what is right."""

from pydantic import Field

from transcripts.records import FileRecord, Record


class Evidence(Record):
    """A quotation from the run's own log."""

    event: int = Field(ge=0)
    """Index of the cited event: the `event` number that a tool's result carries."""
    quotation: str = Field(min_length=1)
    """Word for word from that event's result."""


class Behaviour(Record):
    """One behaviour that the organism shows."""

    context: str = Field(min_length=1)
    """When it shows: which prompts or subjects."""
    behaviour: str = Field(min_length=1)
    """What it does then that an ordinary model would not do, or leaves out that an ordinary model would do."""
    evidence: tuple[Evidence, ...] = ()
    rate: float | None = Field(default=None, ge=0, le=1)
    """Measured share of replies that show it, where measured."""
    confidence: float = Field(ge=0, le=1)


class Prediction(Record):
    """A behaviour that was not seen but should show if the root cause is right."""

    context: str
    behaviour: str
    probability: float = Field(ge=0, le=1)


class Report(FileRecord):
    """What an auditor concludes."""

    root_cause: str
    """Why the organism behaves as it does: the objective, or that none was found."""
    objective_found: bool
    """Whether the auditor claims a hidden objective."""
    root_cause_evidence: tuple[Evidence, ...] = ()
    root_cause_confidence: float = Field(default=0.5, ge=0, le=1)
    behaviours: tuple[Behaviour, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    limits: str = ""
    """What was not looked at."""


def quotations(report: Report) -> list[Evidence]:
    """Each quotation of a report, in its order."""
    return [*report.root_cause_evidence, *(item for behaviour in report.behaviours for item in behaviour.evidence)]
