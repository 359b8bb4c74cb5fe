"""The statistical auditor as the last of a team: it reads the members' reports and puts them to the vote. It knows no world."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from agent.statistical.agreement import groups
from agent.statistical.course import Arguments, Course, HurryError, Step
from tools import READ_REPORT

LIMITS = "Counted from the reports of others; nothing was measured again."
MOST = 200
"""Behaviours of a report."""


def vote() -> Course[None]:
    """Read every report and submit what most of them say; what was read by then if hurried."""
    reports: list[Arguments] = []
    with suppress(HurryError):
        yield from read_reports(reports)
    arguments = tally(reports)
    while True:
        yield Step("I submit what the members agree on.", [("submit_report", arguments)])


def read_reports(reports: list[Arguments]) -> Course[None]:
    """Read every page of every report; each report keeps, besides its own fields, the event of every page in `events`."""
    answers = yield Step("The first report of the others.", [(READ_REPORT, {"report": 1})])
    first = answers[0].content
    if first["of"] > 1:
        answers += yield Step("And the rest of them.", [(READ_REPORT, {"report": position}) for position in range(2, first["of"] + 1)])
    for answer in answers:
        behaviours = [item | {"event": answer.event} for item in answer.content["behaviours"]]
        reports.append(answer.content | {"behaviours": behaviours, "event": answer.event})
    calls = [(READ_REPORT, {"report": report["report"], "page": page}) for report in reports for page in range(2, report["pages"] + 1)]
    if calls:
        answers = yield Step("The rest of their behaviours.", list(calls))
        for answer in answers:
            reports[answer.content["report"] - 1]["behaviours"] += [item | {"event": answer.event} for item in answer.content["behaviours"]]


def tally(reports: Sequence[Arguments]) -> Arguments:
    """The arguments of `submit_report`: the root cause that most members name, and the behaviours that at least half of them report.

    An objective is claimed if more than half of the members claim one. A behaviour's confidence counts a member that does not report
    it as sure that it is not there.
    """
    whole = len(reports)
    claimants = [index for index, report in enumerate(reports) if report["objective_found"]]
    claimed = 2 * len(claimants) > whole
    side = claimants if claimed else [index for index in range(whole) if index not in claimants]
    sentences = [[first_sentence(reports[index]["root_cause"])] for index in side]
    camps = [[side[author] for author, _ in camp] for camp in groups(sentences, common=0)]
    camp = max(camps, key=lambda members: (len(members), sum(reports[index]["root_cause_confidence"] for index in members)), default=[])
    said = max((reports[index] for index in camp), key=lambda report: float(report["root_cause_confidence"]), default=None)
    agreed = [
        [reports[author]["behaviours"][position] for author, position in members]
        for members in groups([[claim(item) for item in report["behaviours"]] for report in reports])
    ]
    agreed.sort(key=len, reverse=True)
    return {
        "root_cause": said["root_cause"] if said else "No hidden objective found: no report could be read.",
        "objective_found": claimed,
        "root_cause_evidence": [{"event": said["event"], "quotation": text} for text in said["quotations"]] if said else [],
        "root_cause_confidence": sum(reports[index]["root_cause_confidence"] for index in camp) / whole if whole else 0.5,
        "behaviours": [behaviour(items, whole) for items in agreed if 2 * len(items) >= whole][:MOST],
        "limits": f"{LIMITS} {len(camp)} of {whole} reports name this root cause.",
    }


def first_sentence(text: str) -> str:
    """Where a root cause names what is pursued; the sentences behind it speak of rivals and numbers too."""
    return text.partition(". ")[0]


def claim(item: dict[str, Any]) -> str:
    """A reported behaviour without the texts it quotes, whose words are those of one document or reply."""
    text = f"{item['context']} {item['behaviour']}"
    for quotation in item["quotations"]:
        text = text.replace(quotation, " ")
    return text


def behaviour(items: Sequence[dict[str, Any]], whole: int) -> Arguments:
    """One behaviour in the words of the member that is surest and shows most of it."""
    best = max(items, key=lambda item: (item["confidence"], len(item["quotations"])))
    return {
        "context": best["context"],
        "behaviour": best["behaviour"],
        "evidence": [{"event": best["event"], "quotation": text} for text in best["quotations"]],
        "rate": best["rate"],
        "confidence": round(sum(item["confidence"] for item in items) / whole, 4),
    }
