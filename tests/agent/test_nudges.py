"""Nudges: each speaks where its failure shows in the log, keeps silent where it does not, and is not said again too soon."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.nudges import CERTAIN_TURNS, NUDGES, RESTING, SAME_CALL, UNREAD, certainty, data, due, fixation, loop, pages
from agent.progress import REMEMBERED, Progress
from tests.fakes.scripted_brain import echo_organism
from tools import Affordance, Budget, Hypothesis, Workbench, all_tools
from transcripts import EventLog

Call = tuple[str, dict[str, Any], dict[str, Any]]
THINK: Call = ("think", {"text": "hm"}, {"ok": True})


class Audit:
    """A log that grows turn by turn, with what is seen of it."""

    def __init__(self, folder: Path, *, granted: frozenset[Affordance] = frozenset(Affordance), budget: Budget | None = None) -> None:
        self.log = EventLog(folder / "events.jsonl")
        self.bench = Workbench(echo_organism(), granted=granted, budget=budget or Budget(), log=self.log, seed=0)
        self._progress = Progress()
        self._turns = 0

    @property
    def progress(self) -> Progress:
        return self._progress.read(self.log.events)

    def turn(self, *calls: Call, error: bool = False) -> None:
        self.log.append("turn", {"turn": {"message": {"calls": [name for name, _, _ in calls]}, "stop": "calls"}})
        for position, (tool, arguments, content) in enumerate(calls):
            call = f"t{self._turns}.{position}"
            self.log.append("call", {"call": call, "tool": tool, "arguments": arguments})
            if tool == "hypothesis":
                found = Hypothesis.model_validate(content)
                self.bench.ledger.put(found)
                self.log.append("hypothesis", found.model_dump(mode="json"))
            self.log.append("result", {"call": call, "tool": tool, "arguments": arguments, "error": error, "content": content})
        self._turns += 1

    def said(self, name: str) -> None:
        self.log.append("message", {"key": f"{name} {self._turns}", "text": "-"})


@pytest.fixture
def audit(tmp_path: Path):
    made = Audit(tmp_path)
    yield made
    made.log.close()


def suppose(name: str, statement: str, probability: float = 0.5, evidence: tuple[int, ...] = ()) -> Call:
    content = {"id": name, "statement": statement, "probability": probability, "evidence_for": list(evidence)}
    return "hypothesis", {}, content


def search(text: str) -> Call:
    return "search_data", {"query": text}, {"page": 1, "more": False}


def names(audit: Audit) -> list[str]:
    return [name for name, _ in due(audit.progress, audit.bench)]


def test_at_the_start_nothing_is_said(audit: Audit) -> None:
    assert names(audit) == []
    audit.turn(THINK)
    assert names(audit) == []


def test_a_ledger_that_rests(audit: Audit) -> None:
    audit.turn(suppose("h1", "It echoes."))
    for _ in range(RESTING - 1):
        audit.turn(("note", {"text": str(len(audit.log.events))}, {}))
    assert names(audit) == []
    audit.turn(THINK)
    assert names(audit) == ["reflect"]
    audit.said("reflect")
    assert names(audit) == []
    for _ in range(RESTING):
        audit.turn(("note", {"text": str(len(audit.log.events))}, {}))
    assert names(audit) == ["reflect"]


def test_searches_that_all_concern_one_hypothesis(audit: Audit) -> None:
    audit.turn(suppose("h1", "Praises violins in every reply."), suppose("h2", "It is ordinary."))
    for number in range(REMEMBERED - 1):
        audit.turn(search(f"Violins and {number} other things"))
        assert fixation(audit.progress, audit.bench) is None
    experiment = {"prediction": "more violins", "treatment_prompts": ["Music?"], "control_prompts": ["Food?"], "detector": "violins"}
    audit.turn(("experiment", experiment, {"p_value": 0.2}))
    assert fixation(audit.progress, audit.bench) == {"count": REMEMBERED, "word": "violins"}
    audit.turn(search("glaciers"))
    assert fixation(audit.progress, audit.bench) is None


def test_searches_that_share_what_every_hypothesis_says_are_no_fixation(audit: Audit) -> None:
    audit.turn(suppose("h1", "Praises violins."), suppose("h2", "Hates violins."))
    for _ in range(REMEMBERED):
        audit.turn(search("violins"))
    assert fixation(audit.progress, audit.bench) is None


def test_certainty_without_a_test_of_a_rival(audit: Audit) -> None:
    audit.turn(suppose("h1", "It echoes.", 0.95), suppose("h2", "It sings.", 0.05))
    for _ in range(CERTAIN_TURNS):
        assert certainty(audit.progress, audit.bench) is None
        audit.turn(THINK)
    found = certainty(audit.progress, audit.bench)
    assert found == {"hypothesis": "h1", "statement": "It echoes.", "turns": CERTAIN_TURNS}
    audit.turn(suppose("h2", "It sings.", 0.04, evidence=(3,)))
    assert certainty(audit.progress, audit.bench) is None


def test_doubt_ends_certainty(audit: Audit) -> None:
    audit.turn(suppose("h1", "It echoes.", 0.95))
    audit.turn(suppose("h1", "It echoes.", 0.5))
    for _ in range(CERTAIN_TURNS):
        audit.turn(THINK)
    assert certainty(audit.progress, audit.bench) is None


@pytest.mark.parametrize("more", [{"pages": 7}, {"more": True}])
def test_pages_that_nobody_reads(audit: Audit, more: dict[str, Any]) -> None:
    for number in range(UNREAD):
        assert pages(audit.progress, audit.bench) is None
        audit.turn(("grep_data", {"pattern": str(number)}, {"page": 1} | more))
    assert pages(audit.progress, audit.bench) == {"count": UNREAD, "tools": "grep_data"}
    audit.turn(("grep_data", {"pattern": "0", "page": 2}, {"page": 2} | more))
    assert pages(audit.progress, audit.bench) is None


def test_data_that_nobody_searches(tmp_path: Path) -> None:
    audit = Audit(tmp_path, budget=Budget(turns=4))
    # The echo has no data, but a bench may have.
    audit.bench.tools |= {tool.name: tool for tool in all_tools() if Affordance.DATA in tool.needs}
    audit.turn(THINK)
    assert data(audit.progress, audit.bench) is None
    audit.turn(THINK)
    found = data(audit.progress, audit.bench)
    assert found is not None
    assert found["percent"] == 50
    assert "grep_data" in str(found["tools"])
    audit.turn(("grep_data", {"pattern": "["}, {"error": "no pattern"}), error=True)
    assert data(audit.progress, audit.bench) is not None
    audit.turn(("grep_data", {"pattern": "x"}, {"page": 1}))
    assert data(audit.progress, audit.bench) is None
    audit.log.close()


def test_data_that_is_not_granted_is_not_missed(tmp_path: Path) -> None:
    audit = Audit(tmp_path, granted=frozenset({Affordance.CHAT}), budget=Budget(turns=1))
    audit.turn(THINK)
    assert data(audit.progress, audit.bench) is None
    audit.log.close()


def test_the_same_call_again_and_again(audit: Audit) -> None:
    for number in range(SAME_CALL):
        assert loop(audit.progress, audit.bench) is None
        audit.turn(("chat", {"prompts": ["hello"], "samples": 2}, {}), ("chat", {"prompts": [str(number)]}, {}))
    found = loop(audit.progress, audit.bench)
    assert found == {"times": SAME_CALL, "tool": "chat", "arguments": json.dumps({"prompts": ["hello"], "samples": 2})}
    audit.turn(THINK)
    assert loop(audit.progress, audit.bench) is None


def test_a_nudge_is_not_repeated_too_soon_and_never_asks_for_the_report(audit: Audit) -> None:
    for _ in range(40):
        audit.turn(("grep_data", {"pattern": "x"}, {"page": 1, "pages": 2}), suppose("h1", "x", 0.99))
        for name, text in due(audit.progress, audit.bench):
            assert "submit_report" not in text  # the statistical brain takes that for a request
            audit.said(name)
    keys = [str(event.data["key"]).split() for event in audit.log.events if event.kind == "message"]
    for nudge in NUDGES:
        turns = [int(turn) for name, turn in keys if name == nudge.name]
        assert all(after - before >= nudge.every for before, after in pairwise(turns)), nudge.name
    assert {name for name, _ in keys} >= {"loop", "pages", "certainty"}


def test_reading_event_by_event_is_reading_at_once(audit: Audit) -> None:
    audit.turn(suppose("h1", "It echoes.", 0.95), search("violins"))
    audit.turn(("grep_data", {"pattern": "x"}, {"page": 1, "pages": 2}), ("submit_report", {}, {"accepted": False}))
    audit.said("budget")
    audit.turn(search("violins"))
    grown = Progress()
    for count in range(len(audit.log.events) + 1):
        grown.read(audit.log.events[:count])
    assert vars(grown) == vars(Progress().read(audit.log.events))
    assert grown.sent_back == 2
