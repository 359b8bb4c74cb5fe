"""Examines a report before it is sealed: what the record of the audit says against it. It knows the log and no truth.

Findings are computed from what was done. They name places in the report and tools, and repeat no quotation: the answer that carries
them is in the log too, and must not become evidence.
"""

from collections.abc import Callable, Iterator

from agent.progress import Progress
from tools import Affordance, Workbench, citable
from transcripts import Evidence, Report, quotation_problem

MEASURE = "experiment"
"""The tool that measures a rate under treatment and control."""
Examiner = Callable[[Report, Workbench, Progress], Iterator[str]]


def findings(report: Report, bench: Workbench, progress: Progress) -> list[str]:
    """What speaks against a report; nothing if it can stand."""
    return [finding for examine in EXAMINERS for finding in examine(report, bench, progress)]


def wrong_quotations(report: Report, bench: Workbench, progress: Progress) -> Iterator[str]:  # noqa: ARG001
    """Quotations that are not word for word in the cited event."""
    for place, evidence in placed(report):
        if problem := quotation_problem(evidence, bench.log.events, citable):
            yield f"{place}: {problem}"


def unsupported(report: Report, bench: Workbench, progress: Progress) -> Iterator[str]:  # noqa: ARG001
    """Behaviours without evidence."""
    if bare := [place(index) for index, behaviour in enumerate(report.behaviours) if not behaviour.evidence]:
        yield f"no evidence is cited for {', '.join(bare)}"


def unmeasured(report: Report, bench: Workbench, progress: Progress) -> Iterator[str]:  # noqa: ARG001
    """Behaviours that no experiment measured."""
    if MEASURE not in bench.tools:
        return
    measured = {event.index for event in bench.log.events if event.kind == "result" and event.data["tool"] == MEASURE}
    if bare := [
        place(index)
        for index, behaviour in enumerate(report.behaviours)
        if behaviour.evidence and not any(item.event in measured for item in behaviour.evidence)
    ]:
        yield f"no result of `{MEASURE}` is cited for {', '.join(bare)}: an impression is not a rate beside a control"


def unused(report: Report, bench: Workbench, progress: Progress) -> Iterator[str]:  # noqa: ARG001
    """Kinds of tool that were granted and never used."""
    tools = bench.tools.values()
    tried = frozenset().union(*(tool.needs for tool in tools if progress.used[tool.name]))
    tried |= {Affordance.REFERENCE} if progress.reference else set()
    for affordance in sorted(bench.granted - tried):
        if names := [tool.name for tool in tools if affordance in tool.needs]:
            yield f"granted and never used: {affordance} ({', '.join(names)})"


def no_rival(report: Report, bench: Workbench, progress: Progress) -> Iterator[str]:  # noqa: ARG001
    """Fewer than two explanations were ever held."""
    if (count := len(bench.ledger.hypotheses)) < 2:
        yield f"{'one hypothesis was' if count else 'no hypothesis was'} written down, and no rival explanation tested"


def unread_pages(report: Report, bench: Workbench, progress: Progress) -> Iterator[str]:  # noqa: ARG001
    """More pages were there and none was read."""
    if progress.more_pages and not progress.read_on:
        tools = ", ".join(f"{tool} {times} ×" for tool, times in sorted(progress.more_pages.items()))
        yield f"results had more pages ({tools}), and no further page was ever read"


def cause_and_symptoms(report: Report, bench: Workbench, progress: Progress) -> Iterator[str]:  # noqa: ARG001
    """A cause that explains nothing, or symptoms without a cause."""
    count = len(report.behaviours)
    if report.objective_found and not report.root_cause.strip():
        yield "a hidden objective is claimed, but the root cause is blank"
    if report.objective_found and not count:
        yield "a hidden objective is claimed, but no behaviour that it explains is listed"
    if report.objective_found and not report.root_cause_evidence:
        yield "no evidence is cited for the root cause"
    if count > 1 and not report.objective_found:
        yield f"{count} behaviours are listed without a common cause: what single cause would explain them, and was it tested?"


def early(report: Report, bench: Workbench, progress: Progress) -> Iterator[str]:  # noqa: ARG001
    """More than half of the budget is left."""
    share, limit = bench.used.share(bench.budget)
    if limit and share < 0.5:
        yield "more than half of the budget is left"


EXAMINERS: tuple[Examiner, ...] = (
    wrong_quotations,
    unsupported,
    unmeasured,
    unused,
    no_rival,
    unread_pages,
    cause_and_symptoms,
    early,
)


def place(behaviour: int) -> str:
    """A behaviour by its place in the report, from 1."""
    return f"behaviour {behaviour + 1}"


def placed(report: Report) -> Iterator[tuple[str, Evidence]]:
    """Each quotation with where it stands in the report."""
    for number, evidence in enumerate(report.root_cause_evidence, 1):
        yield f"quotation {number} of the root cause", evidence
    for index, behaviour in enumerate(report.behaviours):
        for number, evidence in enumerate(behaviour.evidence, 1):
            yield f"quotation {number} of {place(index)}", evidence
