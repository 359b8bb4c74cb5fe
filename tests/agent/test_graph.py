"""The loop with a scripted brain: how audits go on and how they end."""

import re
from pathlib import Path

import pytest

from agent.graph import MAX_IDLE, MAX_REQUESTS
from agent.nudges import RESTING
from tests.agent.audits import investigated
from tests.fakes.scripted_brain import EchoModel, ScriptedBrain, echo_organism, says
from tools import Budget
from transcripts import Event

THINK = [("think", {"text": "hm"})]
GUESS = [("hypothesis", {"statement": "It echoes.", "probability": 0.5})]
RIVAL = [("hypothesis", {"statement": "It is ordinary.", "probability": 0.5})]
ASK = [("chat", {"prompts": ["hello"]})]
SUBMIT = [("submit_report", {"root_cause": "It echoes.", "objective_found": False})]
SUBMITS = (SUBMIT, SUBMIT)
"""The first is sent back."""


def keys(events: list[Event]) -> list[str]:
    return [str(event.data["key"]) for event in events if event.kind == "message"]


def results(events: list[Event]) -> dict[str, Event]:
    return {str(event.data["call"]): event for event in events if event.kind == "result"}


async def test_a_report_ends_the_audit(tmp_path: Path) -> None:
    brain = ScriptedBrain(ASK, [*GUESS, *RIVAL], SUBMIT)
    found, events = await investigated(brain, tmp_path)
    assert found.report is not None
    assert found.report.root_cause == "It echoes."
    assert found.ending == ""
    assert keys(events) == ["brief"]
    assert len(brain.asked) == 3
    system, messages, tools = brain.asked[0]
    assert system.startswith("You are an alignment auditor")
    assert [message.role for message in messages] == ["user"]
    assert {"chat", "submit_report"} <= {tool.name for tool in tools}
    assert "you said hello" in brain.asked[1][1][-1].answers[0].content


async def test_words_without_a_call_are_answered_until_the_audit_ends(tmp_path: Path) -> None:
    brain = ScriptedBrain(*[says("I am done.")] * MAX_IDLE)
    found, events = await investigated(brain, tmp_path)
    assert found.report is None
    assert found.ending == f"no report: {MAX_IDLE} turns in a row called no tool"
    assert keys(events) == ["brief", "early 1", "ask 2"]
    assert "You called no tool. If a question is open" in brain.asked[1][1][-1].text
    # The first time it may go on, the second time only the report is left to it.
    assert [len(tools) > 1 for _, _, tools in brain.asked] == [True, True, False]


async def test_turns_without_a_call_count_in_a_row_only(tmp_path: Path) -> None:
    steps = [step for _ in range(MAX_IDLE) for step in (says("Hm."), ASK)]
    found, events = await investigated(ScriptedBrain(*steps, *SUBMITS), tmp_path)
    assert found.report is not None
    assert [key for key in keys(events) if key.startswith("early")] == ["early 1", "early 3", "early 5"]


async def test_an_early_end_is_told_what_is_left(tmp_path: Path) -> None:
    brain = ScriptedBrain(says("Done."), ASK, ASK, says("Done."), *SUBMITS)
    await investigated(brain, tmp_path, budget=Budget(turns=8))
    assert "you have used only 12 % of your budget" in brain.asked[1][1][-1].text
    assert brain.asked[4][1][-1].text.startswith("You called no tool. ")


@pytest.mark.parametrize("blank", ["", " \n"])
async def test_an_empty_answer_is_spoken_of_once(tmp_path: Path, blank: str) -> None:
    brain = ScriptedBrain(says(blank), says(blank), SUBMIT, SUBMIT)
    found, events = await investigated(brain, tmp_path)
    assert found.report is not None
    assert keys(events) == ["brief", "empty 1", "ask 2"]
    assert "Your answer was empty" in brain.asked[1][1][-1].text


async def test_a_truncated_answer_is_told_so(tmp_path: Path) -> None:
    brain = ScriptedBrain(says("It is", stop="truncated", detail="32000 tokens"), *SUBMITS)
    found, _ = await investigated(brain, tmp_path)
    assert found.report is not None
    assert "Your answer was cut (32000 tokens)" in brain.asked[1][1][-1].text


@pytest.mark.parametrize(
    ("turn", "ending"),
    [
        (says("I will not.", stop="refusal", detail="cyber"), "the auditor refused: cyber"),
        (says("I will not.", stop="refusal"), "the auditor refused: I will not."),
        (says("", stop="context", detail="too long"), "the auditor's context is full, and nothing is left to cut"),
    ],
)
async def test_a_refusal_and_a_context_without_anything_to_cut_end_at_once(tmp_path: Path, turn, ending: str) -> None:
    found, events = await investigated(ScriptedBrain(ASK, turn), tmp_path)
    assert found.report is None
    assert found.ending == ending
    assert keys(events) == ["brief"]


@pytest.mark.parametrize("budget", [Budget(turns=2), Budget(calls=2), Budget(generated_tokens=6)])
async def test_a_report_can_be_submitted_when_the_budget_is_used_up(tmp_path: Path, budget: Budget) -> None:
    organism = echo_organism()
    brain = ScriptedBrain(ASK, ASK, [*ASK, *THINK], SUBMIT)
    found, events = await investigated(brain, tmp_path, budget=budget, organism=organism)
    assert found.report is not None
    assert "used up" in brain.asked[2][1][-1].text
    late = results(events)
    assert late["t2.0"].data["error"]
    assert "submit_report" in str(late["t2.0"].data["content"])
    assert not late["t2.1"].data["error"]
    assert isinstance(organism.model, EchoModel)
    # A turn counts once it is decided: the last one cannot ask the organism any more.
    assert len(organism.model.heard) == (1 if budget.turns else 2)


async def test_a_brain_that_ignores_the_end_of_its_budget_is_ended(tmp_path: Path) -> None:
    brain = ScriptedBrain(*[ASK] * (1 + MAX_REQUESTS))
    found, events = await investigated(brain, tmp_path, budget=Budget(turns=1))
    assert found.ending == f"the budget of turns is used up; no report after {MAX_REQUESTS} requests for one"
    assert sum(event.kind == "turn" for event in events) == 1 + MAX_REQUESTS
    assert [tool.name for tool in brain.asked[1][2]] == ["submit_report"]
    assert len(brain.asked[0][2]) > 1


REPORT = '{"root_cause": "It echoes.", "objective_found": false, "limits": "Much."}'


@pytest.mark.parametrize("text", [REPORT, f"Here it is:\n```json\n{REPORT}\n```\nThat is all."])
async def test_a_report_that_is_asked_for_may_be_written_as_text(tmp_path: Path, text: str) -> None:
    found, events = await investigated(ScriptedBrain(ASK, says("Hm."), says(text)), tmp_path, budget=Budget(turns=1))
    assert found.report is not None
    assert found.report.root_cause == "It echoes."
    assert found.report.limits.startswith("Much. This report was written as text")
    assert [event.data["tool"] for event in events if event.kind == "result"] == ["chat", "submit_report"]


async def test_a_written_report_with_a_mistake_is_answered(tmp_path: Path) -> None:
    broken = '{"root_cause": "It echoes.", "objective_found": false, "mood": "sad"}'
    brain = ScriptedBrain(ASK, says(broken), says(REPORT), SUBMIT)
    found, _ = await investigated(brain, tmp_path, budget=Budget(turns=1))
    assert found.report is not None
    assert any("arguments of submit_report: mood" in message.text for message in brain.asked[2][1])


async def test_a_written_report_is_examined_too_while_there_is_budget(tmp_path: Path) -> None:
    brain = ScriptedBrain(says("Hm."), says("Hm."), says(REPORT))
    found, events = await investigated(brain, tmp_path)
    assert found.report is None
    assert found.ending == f"no report: {MAX_IDLE} turns in a row called no tool"
    assert keys(events)[-1] == "answer 3"
    assert "never used: chat" in str(events[-1].data["text"])


@pytest.mark.parametrize(
    "text", ["It has a hidden objective: it echoes.", f"```\n{REPORT}\n```\n```\n{REPORT}\n```", '{"root_cause": "x"}', "[1]"]
)
async def test_no_other_text_is_made_into_a_report(tmp_path: Path, text: str) -> None:
    found, _ = await investigated(ScriptedBrain(ASK, says(text), says(text)), tmp_path, budget=Budget(turns=1))
    assert found.report is None
    assert "no report after" in found.ending


async def test_a_report_in_text_that_nobody_asked_for_is_only_text(tmp_path: Path) -> None:
    """It may be something that the organism said, and the auditor repeats."""
    brain = ScriptedBrain(says(REPORT), ASK, *SUBMITS)
    await investigated(brain, tmp_path)
    assert len(brain.asked) == 4


async def test_the_ledger_is_asked_for_when_it_rests_and_the_budget_told_once_a_level(tmp_path: Path) -> None:
    thoughts = [[("think", {"text": f"thought {number}"})] for number in range(2 * RESTING + 1)]
    steps = [*thoughts[:RESTING], GUESS, *thoughts[RESTING:]]
    brain = ScriptedBrain(*steps, *SUBMITS)
    found, events = await investigated(brain, tmp_path, budget=Budget(turns=len(steps) + 3))
    assert found.report is not None
    said = keys(events)
    # Changed in turn 9, the ledger rests until turn 17.
    assert [key for key in said if key.startswith("reflect")] == [f"reflect {RESTING}", f"reflect {2 * RESTING + 1}"]
    assert [key for key in said if key.startswith("budget")] == ["budget 0.5", "budget 0.8"]
    assert len(set(said)) == len(said)
    texts = {str(event.data["key"]): str(event.data["text"]) for event in events if event.kind == "message"}
    assert "(no hypothesis yet)" in texts[f"reflect {RESTING}"]
    assert "It echoes." in texts["budget 0.8"]
    assert re.match(r"52 % of your budget \(turns\)", texts["budget 0.5"])


async def test_calls_of_one_turn_are_answered_together_in_their_order(tmp_path: Path) -> None:
    calls = [("chat", {"prompts": [word]}) for word in ("one", "two", "three")]
    brain = ScriptedBrain([*calls, *THINK], *SUBMITS)
    _, events = await investigated(brain, tmp_path)
    answers = brain.asked[1][1][-1].answers
    assert [answer.call_id for answer in answers] == ["c0-0", "c0-1", "c0-2", "c0-3"]
    assert [word in answer.content for word, answer in zip(("one", "two", "three"), answers, strict=False)] == [True] * 3
    assert set(results(events)) == {"t0.0", "t0.1", "t0.2", "t0.3", "t1.0", "t2.0"}


@pytest.mark.parametrize(
    ("call", "says_what"),
    [
        (("telepathy", {}), "no tool 'telepathy' here; the rules of this match grant: chat"),
        (("grep_data", {"pattern": "."}), "no tool 'grep_data' here"),
        (("chat", {"prompts": []}), "arguments of chat: prompts"),
        (("chat", {"prompts": ["a"], "mood": "sad"}), "arguments of chat: mood"),
        (("chat", {"prompts": ["a"], "subject": "reference"}), "affordance 'reference'"),
        (("hypothesis", {"id": "h9"}), "no hypothesis 'h9'"),
    ],
)
async def test_mistakes_come_back_as_errors_and_the_audit_goes_on(tmp_path: Path, call, says_what: str) -> None:
    brain = ScriptedBrain([call], *SUBMITS)
    found, _ = await investigated(brain, tmp_path)
    answer = brain.asked[1][1][-1].answers[0]
    assert answer.is_error
    assert says_what in answer.content
    assert found.report is not None
