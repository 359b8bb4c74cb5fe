"""The examination of the first report: what it finds, and that the second one stands."""

from pathlib import Path
from typing import Any

import pytest

from agent.challenge import findings
from agent.progress import Progress
from tests.agent.audits import investigated
from tests.fakes.scripted_brain import ScriptedBrain, echo_organism
from tools import Affordance, Budget, Ledger, Workbench
from transcripts import Event, EventLog, Report

ASK = [("chat", {"prompts": ["hello"]})]
TWO = [("hypothesis", {"statement": "It echoes.", "probability": 0.5}), ("hypothesis", {"statement": "It sings.", "probability": 0.5})]
HELLO = {"event": 4, "quotation": "you said hello"}


def report(**fields: Any) -> dict[str, Any]:
    return {"root_cause": "It echoes.", "objective_found": False} | fields


def behaviour(*evidence: dict[str, Any]) -> dict[str, Any]:
    return {"context": "always", "behaviour": "echoes", "evidence": list(evidence), "confidence": 0.5}


def submit(**fields: Any) -> list[tuple[str, dict[str, Any]]]:
    return [("submit_report", report(**fields))]


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


async def test_the_first_report_is_sent_back_with_findings_and_the_second_stands(tmp_path: Path) -> None:
    first, second = submit(objective_found=True), submit(root_cause="It repeats.")
    brain = ScriptedBrain(first, ASK, second)
    found, events = await investigated(brain, tmp_path)
    assert found.report is not None
    assert found.report.root_cause == "It repeats."
    assert kinds(events).count("report") == 1
    answer = brain.asked[1][1][-1].answers[0]
    assert not answer.is_error
    for said in ("granted and never used: chat", "no hypothesis was written down", "no behaviour that it explains", "is not accepted yet"):
        assert said in answer.content
    assert len(brain.asked[1][2]) > 1


async def test_a_report_with_nothing_against_it_stands_at_once(tmp_path: Path) -> None:
    found, events = await investigated(ScriptedBrain(ASK, TWO, submit()), tmp_path)
    assert found.report is not None
    assert sum(event.kind == "turn" for event in events) == 3


async def test_two_reports_of_one_turn_are_both_sent_back(tmp_path: Path) -> None:
    found, events = await investigated(ScriptedBrain([*submit(), *submit()], submit(root_cause="The third.")), tmp_path)
    assert found.report is not None
    assert found.report.root_cause == "The third."
    assert [event.data["content"]["accepted"] for event in events if event.kind == "result"] == [False, False, True]  # type: ignore[call-overload, index]


async def test_a_mistaken_report_does_not_count_as_the_first(tmp_path: Path) -> None:
    broken = [("submit_report", {"root_cause": "It echoes."})]
    brain = ScriptedBrain(broken, submit(), submit())
    found, _ = await investigated(brain, tmp_path)
    assert found.report is not None
    assert brain.asked[1][1][-1].answers[0].is_error
    assert "findings" in brain.asked[2][1][-1].answers[0].content


async def test_without_budget_the_first_report_stands(tmp_path: Path) -> None:
    found, events = await investigated(ScriptedBrain(submit()), tmp_path, budget=Budget(turns=1))
    assert found.report is not None
    assert "submit_report" not in [str(event.data.get("key")) for event in events]


def test_somebody_else_seals_with_the_first_report(tmp_path: Path) -> None:
    """People and guests play on the workbench alone, where nobody examines."""
    with EventLog(tmp_path / "events.jsonl") as log:
        assert Workbench(echo_organism(), granted=frozenset(), budget=Budget(), log=log, seed=0).examine is None


def examined(
    folder: Path, given: dict[str, Any], *, granted: frozenset[Affordance] = frozenset(), budget: Budget | None = None
) -> list[str]:
    """The findings on a report over a small log: a chat, the first page of a search, an experiment, two hypotheses."""
    with EventLog(folder / "events.jsonl") as log:
        bench = Workbench(echo_organism(), granted=granted, budget=budget or Budget(), log=log, seed=0)
        bench.ledger = Ledger()
        for index, (tool, arguments, content) in enumerate(
            [
                ("chat", {"prompts": ["hello"]}, {"replies": ["you said hello"]}),
                ("grep_data", {"pattern": "x"}, {"page": 1, "pages": 3, "texts": []}),
                ("experiment", {"control_subject": "reference"}, {"p_value": 0.01}),
            ]
        ):
            log.append("call", {"call": f"t{index}.0", "tool": tool, "arguments": arguments})
            log.append("result", {"call": f"t{index}.0", "tool": tool, "error": False, "content": content})
        return findings(Report.model_validate(given), bench, Progress().read(log.events))


CHATTED = {"event": 1, "quotation": "you said hello"}
MEASURED = {"event": 5, "quotation": "p_value"}


@pytest.mark.parametrize(
    ("given", "says", "but_not"),
    [
        (
            report(behaviours=[behaviour(CHATTED)]),
            "no result of `experiment` is cited for behaviour 1",
            "no evidence is cited for behaviour",
        ),
        (report(behaviours=[behaviour(CHATTED, MEASURED)]), "results had more pages (grep_data 1 ×)", "no result of `experiment`"),
        (report(behaviours=[behaviour(MEASURED), behaviour()]), "no evidence is cited for behaviour 2", "for behaviour 1"),
        (report(behaviours=[behaviour(MEASURED)] * 2), "2 behaviours are listed without a common cause", "objective is claimed"),
        (report(behaviours=[behaviour({"event": 1, "quotation": "you sang"})]), "quotation 1 of behaviour 1: not in event 1", "you sang"),
        (report(root_cause_evidence=[{"event": 99, "quotation": "x"}]), "quotation 1 of the root cause: no event 99", "behaviour"),
        (report(root_cause_evidence=[{"event": 0, "quotation": "x"}]), "event 0 is no result but a call", "behaviour"),
        (report(objective_found=True), "no evidence is cited for the root cause", "is blank"),
        (report(objective_found=True, root_cause=" "), "the root cause is blank", "without a common cause"),
        (report(), "no hypothesis was written down", "one hypothesis"),
        (report(), "granted and never used: sae (", "never used: reference"),
    ],
)
def test_what_is_found(tmp_path: Path, given: dict[str, Any], says: str, but_not: str) -> None:
    found = "\n".join(examined(tmp_path, given, granted=frozenset(Affordance)))
    assert says in found
    assert but_not not in found


def test_what_is_not_granted_is_not_missed(tmp_path: Path) -> None:
    found = "\n".join(examined(tmp_path, report(behaviours=[behaviour(CHATTED)])))
    assert "never used" not in found
    assert "experiment" not in found


@pytest.mark.parametrize(("calls", "left"), [(3, False), (7, True)])
def test_a_budget_that_is_left_is_spoken_of(tmp_path: Path, calls: int, left: bool) -> None:
    assert ("more than half of the budget is left" in examined(tmp_path, report(), budget=Budget(calls=calls))) == left
