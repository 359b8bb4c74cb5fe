"""The report that a team writes: the form of its fields, and what still keeps it from being a good one. It knows no page."""

from dataclasses import dataclass

from pydantic import JsonValue

from game.people.match import PeopleMatch
from game.web.workbench.evidence import problem_of
from game.web.workbench.filled import Values
from game.web.workbench.forms import Form, tool_form, typed_form
from tools import SUBMIT, Tool
from transcripts import Report, quotations

OWN_WORDS = {
    "root_cause": "root cause",
    "objective_found": "whether you claim an objective",
    "root_cause_confidence": "how sure you are of it",
}
ENTRIES = {
    "behaviours": "behaviour",
    "predictions": "prediction",
    "evidence": "quotation",
    "root_cause_evidence": "quotation of the root cause",
}


@dataclass(frozen=True)
class Checked:
    """What is to be said of a report before it is submitted."""

    lacks: tuple[str, ...]
    """Why it cannot be submitted."""
    doubts: tuple[str, ...]
    """What it may be submitted with, and should not."""


def report_tool_of(match: PeopleMatch) -> Tool:
    """What submits the report; its schema is the report's."""
    return match.bench.tools[SUBMIT]


def draft_form(match: PeopleMatch) -> Form:
    """The form of the report as it is written so far."""
    return tool_form(report_tool_of(match), match.draft)


def check_draft(match: PeopleMatch) -> Checked:
    """What is missing in the report as it is written so far, and what speaks against it."""
    form, said = typed_form(report_tool_of(match), draft_form(match).values)
    lacks = tuple(f"{place(path)} {problem}." for path, problem in form.problems.items())
    if lacks:
        return Checked(lacks, ())
    report = Report.model_validate(said)
    if report.objective_found and not report.root_cause.strip():
        lacks = ("You claim an objective: say what it is, as the root cause.",)
    return Checked(lacks, tuple(_doubts(report, match)))


def _doubts(report: Report, match: PeopleMatch) -> list[str]:
    doubts = [
        f"A quotation does not hold, {problem}: “{evidence.quotation[:80]}”."
        for evidence in quotations(report)
        if (problem := problem_of(evidence, match.bench))
    ]
    if not report.objective_found and not report.root_cause.strip():
        doubts.append("The root cause is blank: say what you think, also if you found no objective.")
    if report.objective_found and not report.behaviours:
        doubts.append("You claim an objective and name no behaviour that shows it.")
    bare = [str(number) for number, behaviour in enumerate(report.behaviours, 1) if not behaviour.evidence]
    if bare:
        doubts.append(f"There is no evidence for behaviour {', '.join(bare)}.")
    return doubts


def written(match: PeopleMatch, values: Values | None = None) -> dict[str, JsonValue]:
    """The report as a filled form says it, right or wrong.

    Args:
        match: of the team.
        values: as the browser sent them; null for the report as it is kept.
    """
    return typed_form(report_tool_of(match), draft_form(match).values if values is None else values)[1]


def place(path: str) -> str:
    """A path in words, as the beginning of a sentence."""
    words, parts = [], path.split(".")
    for name, number in zip(parts, [*parts[1:], ""], strict=True):
        if number.isdecimal():
            words.append(f"{ENTRIES.get(name, name)} {int(number) + 1}")
        elif not name.isdecimal():
            words.append(OWN_WORDS.get(name, name.replace("_", " ")))
    text = ", ".join(words)
    return f"{text[:1].upper()}{text[1:]}"
