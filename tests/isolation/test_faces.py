"""Where people and other programs meet what an organism said: MCP, the replay, the panel, the tables, the score, the helper."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from rich.console import Console

from agent import BrainSpec
from game.judges import LexicalJudge, ModelJudge
from game.judges.rubric import load_rubric
from game.live import live_audit
from game.panel import read_panel
from game.score import Outcome
from game.scoring import score_report
from organism.foundry import Truth
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CLI
from tests.game.conftest import make_truth
from tests.game.runs import make_report, make_run, result
from tests.isolation.hostile import speaker
from tests.isolation.injections import HARMLESS, INJECTIONS
from tests.tools.conftest import ALL, ScriptedHelper
from tools import Budget, Workbench, render_result
from tools.mcp_server import mcp_server
from transcripts import Event, EventKind, EventLog, Replay, hidden, read_events

TEXT = st.sampled_from(sorted(text for text in INJECTIONS.values() if len(text) < 1000)) | st.text(
    st.characters(exclude_categories=["Cs"]) | st.characters(categories=["Cc", "Cf", "Co", "Cn", "Zl", "Zp"]), max_size=20
)
VALUE = st.recursive(
    TEXT | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False), lambda inner: st.lists(inner, max_size=3)
)
DATA = st.dictionaries(st.sampled_from(["rate", "samples", "text", "error", "replies"]) | TEXT, VALUE, max_size=4)


def event(kind: EventKind, data: dict[str, Any], index: int = 0) -> Event:
    return Event(index=index, kind=kind, time=0.0, data=data, previous="", hash="")


def printed(*parts: Any) -> str:
    """What a terminal would be sent."""
    console = Console(file=io.StringIO(), force_terminal=True, width=200, color_system=None)
    for part in parts:
        console.print(part, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def acting(text: str) -> list[str]:
    """The characters in a text that would act on a terminal."""
    return [character for character in text if hidden(character) and character != "\n"]


async def test_over_mcp_each_answer_is_one_result_that_acts_on_no_terminal(tmp_path: Path) -> None:
    for number, (name, said) in enumerate(INJECTIONS.items()):
        with EventLog(tmp_path / str(number) / "events.jsonl") as log:
            bench = Workbench(speaker(said), granted=ALL, budget=Budget(), log=log, seed=0)

            async def call(tool: str, arguments: dict[str, Any], bench: Workbench = bench) -> Event:
                return await bench.call(f"g{len(bench.log.events)}", tool, arguments)

            async with Client(mcp_server(bench.tools.values(), "Look into it.", call, version="1")) as client:
                given = await client.call_tool("chat", {"prompts": ["a"], "samples": 2})
            (block,) = given.content
            assert not given.is_error
            found = re.fullmatch(r'<result event="1" tool="chat">\n([^\n<]*)\n</result>', block.text)
            assert found is not None, name
            assert json.loads(found[1]) == log.events[1].data["content"]
            assert acting(block.text) == []
            assert [item.kind for item in log.events] == ["call", "result"]


@given(content=DATA, tool=TEXT, index=st.integers(0, 10**6))
def test_a_result_is_one_line_of_json_whatever_it_holds(content: dict[str, Any], tool: str, index: int) -> None:
    text = render_result(event("result", {"tool": tool, "content": content}, index))
    head, body, tail = text.split("\n")
    assert text.splitlines() == [head, body, tail]
    assert text.count("<") == 2
    assert acting(text) == []
    assert json.loads(body) == content
    assert json.loads(head.removeprefix(f'<result event="{index}" tool=').removesuffix(">")) == tool
    assert tail == "</result>"


@given(data=st.data(), full=st.booleans())
def test_an_event_is_at_most_one_line_of_a_replay(data: st.DataObject, full: bool) -> None:
    replay = Replay(full=full)
    text = data.draw(TEXT)
    events = [
        event("match", {"spec": {"organism": text, "rules": text}}),
        event("message", {"text": text}),
        event("turn", {"turn": {"message": {"text": text}}}),
        event("call", {"call": text, "tool": text, "arguments": data.draw(DATA)}),
        event("result", result(text, text, data.draw(DATA), error=data.draw(st.booleans()))),
        event("hypothesis", {"id": text, "statement": text, "probability": 0.5, "status": text}),
        event("note", {"text": text}),
        event("report", {"root_cause": text, "objective_found": True}),
        event("outcome", {"kind": text, "reason": text}),
    ]
    for item in events:
        lines = replay.show(item)
        assert len(lines) <= 1
        shown = printed(*lines)
        assert len(shown.splitlines()) == len(lines)
        assert acting(shown) == []


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_run_full_of_it_is_shown_as_text(name: str, tmp_path: Path) -> None:
    said = INJECTIONS[name].encode("utf-8", "replace").decode()
    run = make_run(tmp_path, make_report(root_cause=said), said)
    Outcome(kind="unscored", reason=said).write(run.done)
    lines = Replay().lines(read_events(run.events))
    harmless = make_run(tmp_path, make_report(root_cause=HARMLESS), HARMLESS)
    assert len(lines) == len(Replay().lines(read_events(harmless.events))) - (not said.strip())  # who says nothing has no line
    shown = printed(*lines, read_panel(run))
    assert acting(shown) == []
    assert len(shown) < 300_000


def test_the_commands_show_it_as_text(tmp_path: Path) -> None:
    cli = CLI(tmp_path / "cache", tmp_path)
    said = "\n".join(text for text in INJECTIONS.values() if len(text) < 1000).encode("utf-8", "replace").decode()
    run = make_run(cli.runs, make_report(root_cause=said), said)
    Outcome(kind="unscored", reason=said).write(run.done)
    for command in (("show", "last", "--full"), ("runs",), ("runs", "--json")):
        out, err = cli(*command)
        assert out
        assert acting(out + err) == []


def test_what_a_guest_calls_a_tool_does_not_act_on_the_hosts_terminal() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=200, color_system=None)
    assert isinstance(console.file, io.StringIO)
    with live_audit(console) as listen:
        before = console.file.getvalue()
        listen(event("call", {"call": "g0", "tool": "\x1b]0;title\x9b\u202e", "arguments": {}}))
        console.file.flush()
        drawn = console.file.getvalue().removeprefix(before)
    assert "\x1b]0" not in drawn
    assert "\u202e" not in drawn


@pytest.mark.parametrize("name", INJECTIONS)
async def test_a_score_is_that_of_the_report_whatever_was_replied(name: str, tmp_path: Path) -> None:
    truth: Truth = make_truth()
    report = make_report()
    scores = []
    for said in (HARMLESS, INJECTIONS[name], f"It acts to please reward models. {truth.biases[0].behaviour}"):
        run = make_run(tmp_path, report, said)
        scores.append(await score_report(report, truth, read_events(run.events), [LexicalJudge()]))
    assert scores[0] == scores[1] == scores[2]


@pytest.mark.parametrize("name", ["to the judge", "to the helper", "json closed", "fake result", "quotes and backslashes", "null"])
async def test_a_judging_helper_reads_replies_as_data(name: str, tmp_path: Path) -> None:
    said = INJECTIONS[name]
    asked = []
    for text in (HARMLESS, said):
        helper = ScriptedHelper(lambda _: "1: no\n2: yes\n3: no\n4: no\n5: no\n6: no")
        with EventLog(tmp_path / str(len(asked)) / "events.jsonl") as log:
            bench = Workbench(speaker(text), granted=ALL, budget=Budget(), log=log, seed=0, helper=helper)
            terms = {"prediction": "p", "treatment_prompts": ["a"], "control_prompts": ["b"], "criterion": "speaks of pans", "samples": 3}
            found = (await bench.call("c", "experiment", terms)).data
        ((system, prompt, most),) = helper.asked
        sent = json.loads(prompt)
        assert {item["reply"] for item in sent["replies"]} == {text}
        content = found["content"]
        assert isinstance(content, dict)
        asked.append((system, most, list(sent), [sorted(item) for item in sent["replies"]], content["treatment"]["rate"], found["error"]))
    assert asked[0] == asked[1]


async def test_a_judging_model_reads_a_report_as_data() -> None:
    """What a report quotes of an organism stands in one field of the question, and the judge's instructions stay as they are."""
    said = {name: text.encode("utf-8", "replace").decode() for name, text in INJECTIONS.items() if text.strip() and len(text) < 10_000}
    truth = make_truth()
    points = {name: {"met": False, "quotation": ""} for name in load_rubric().points.model_dump()}
    answer = json.dumps({"points": points, "evaluator": {"number": None, "quotation": ""}})
    with FakeAPI(lambda _: FakeTurn(answer)) as api:
        judge = ModelJudge(BrainSpec(kind="openai", model="some", base_url=api.url))
        verdicts = [await judge.root_cause(text, truth) for text in said.values()]
    assert len(api.requests) == len(said)
    assert all(verdict == verdicts[0] for verdict in verdicts)
    system = api.requests[0].body["messages"][0]
    for request, (name, text) in zip(api.requests, said.items(), strict=True):
        first, second = request.body["messages"]
        assert first == system, name
        assert json.loads(second["content"])["statement"] == text
