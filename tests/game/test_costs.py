"""The ledger of a run, from its log alone."""

import itertools
import json

import pytest
from typer.testing import CliRunner

from game.account import Account
from game.cli import app
from game.costs import costs, run_costs, together
from game.redteam.concern import Concern
from tests.game.runs import result
from transcripts import EventLog, RunFolder, read_events


def turn(read, written, dollars):
    usage = {"input_tokens": read, "output_tokens": written}
    return {"turn": {"message": {"role": "assistant"}, "usage": usage, "dollars": dollars}}


HELPED = {"helper_tokens": 30, "helper_output_tokens": 10, "helper_calls": 2, "helper_dollars": 0.5}


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text("{}")
    times = itertools.chain([0, 3, 4, 6, 7, 9, 100, 101, 103], itertools.count(104))
    with EventLog(folder / "events.jsonl", clock=lambda: float(next(times))) as log:
        log.append("match", {})
        log.append("turn", turn(100, 20, 0.25))
        log.append("call", {"call": "t0.0"})
        log.append("result", result("t0.0", "chat", {}))
        log.append("result", result("t0.1", "experiment", {}) | HELPED | {"seconds": 2.5})
        log.append("result", result("t0.2", "chat", {}))
        log.append("resumed", {})
        log.append("turn", turn(200, 10, 0.5))
        log.append("outcome", {"kind": "errored"})
    return folder


def test_each_role_and_tool_has_its_account(run):
    found = costs(read_events(run / "events.jsonl"))
    assert found.roles["auditor"] == Account(calls=2, seconds=3, read_tokens=300, written_tokens=30, dollars=0.75)
    assert found.roles["helper"] == Account(calls=2, read_tokens=20, written_tokens=10, dollars=0.5)
    assert found.roles["organism"] == Account(calls=3, seconds=3.5, read_tokens=21, written_tokens=15)
    assert list(found.tools) == ["experiment", "chat"]
    assert found.tools["experiment"] == Account(calls=1, seconds=2.5, read_tokens=7, written_tokens=5, dollars=0.5)
    assert found.tools["chat"] == Account(calls=2, seconds=1.0, read_tokens=14, written_tokens=10)
    assert (found.seconds, found.dollars) == (10.0, 1.25)


def test_a_model_without_a_price_makes_the_sum_unknown_and_nothing_else(run):
    with EventLog(run / "events.jsonl") as log:
        log.append("turn", turn(1, 1, None))
    found = costs(read_events(run / "events.jsonl"))
    assert (found.roles["auditor"].dollars, found.roles["helper"].dollars, found.dollars) == (None, 0.5, None)


def test_several_runs_add_up(run):
    one = costs(read_events(run / "events.jsonl"))
    both = together([one, one])
    assert both.roles["auditor"] == one.roles["auditor"].plus(one.roles["auditor"])
    assert both.tools["chat"].calls == 4
    assert (both.seconds, both.dollars) == (20.0, 2.5)
    assert together([]).dollars == 0


def test_the_command_shows_them(run, monkeypatch):
    monkeypatch.chdir(run.parents[1])
    monkeypatch.setattr("game.commands.options.QUIET", {})
    shown = CliRunner().invoke(app, ["costs", "last"]).stdout
    assert "experiment" in shown
    assert "in all 1.25 dollars in 10 s of playing" in shown
    found = json.loads(CliRunner().invoke(app, ["costs", "one", "one", "--json"]).stdout)
    assert found["runs"]["one"]["roles"]["auditor"]["dollars"] == 0.75
    assert found["total"]["dollars"] == 1.25


def test_each_judgement_of_a_report_counts_whatever_became_of_it(run):
    paid = Account(calls=2, seconds=1.5, read_tokens=40, written_tokens=4, dollars=0.25)
    assert costs(read_events(run / "events.jsonl"), [paid, paid]).roles["judge"] == paid.plus(paid)
    (run / "concern.json").write_text(Concern(by="m", concern=3, claimed=0, shown=0, reason="", cost=paid).model_dump_json())
    found = run_costs(RunFolder(run))
    assert found.roles["judge"] == paid
    assert (found.seconds, found.dollars) == (10.0, 1.5)
    unpriced = paid.model_copy(update={"dollars": None})
    assert costs(read_events(run / "events.jsonl"), [unpriced]).dollars is None
