"""The main job through the command line on a real (tiny) organism, with every kind of brain."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CLI, wire_auditor
from transcripts import EventLog, RunFolder, list_runs, read_events

HOSTILE = "\x1b[31mred\x1b[0m \x07 [bold red]markup[/] \u202e reversed"


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path) -> CLI:
    """The command line over the built organism."""
    return CLI(pico_cache, tmp_path)


@pytest.mark.slow
def test_the_main_job_and_all_that_can_be_done_with_its_run(cli: CLI) -> None:
    out, err = cli.process("audit", "pico")
    assert "WARN" not in err
    run = cli.last()
    assert {path.name for path in run.path.iterdir()} >= {"spec.json", "events.jsonl", "graph.sqlite", "report.json", "score.json", "done"}
    kinds = [event.kind for event in read_events(run.events)]
    assert (kinds[0], kinds[-1]) == ("match", "outcome")
    assert {"message", "turn", "call", "result", "hypothesis", "report"} <= set(kinds)
    for words in ("statistical audits pico under rules everything", "guess", "report", "audit: ", "quotations", run.id):
        assert words in out

    (listed,) = cli.json("runs")["runs"]
    assert (listed["run"], listed["organism"], listed["outcome"], listed["behaviours"]) == (run.id, "pico", "scored", 8)
    assert listed["verified"] == listed["quotations"]
    assert run.id in cli("runs")[0]
    shown, _ = cli("show", "last")
    assert "audit: " in shown
    assert shown.count("guess") == kinds.count("hypothesis")
    before = json.loads(run.score.read_bytes())
    assert cli.json("score", run.id)["scores"][run.id] == before
    assert (run.path / "score-001.json").exists()
    again, _ = cli("resume", "last")
    assert "finished already" in again
    assert [event.kind for event in read_events(run.events)] == kinds


@pytest.mark.slow
@pytest.mark.parametrize(("auditor", "end"), [("anthropic:claude-test", "/v1/messages"), ("openai:gpt-test", "/chat/completions")])
def test_an_audit_by_an_llm_over_the_wire(cli: CLI, auditor: str, end: str) -> None:
    with FakeAPI(wire_auditor) as api:
        found = cli.json("audit", "pico", "--auditor", auditor, "--base-url", api.url)
    assert found["outcome"] == "scored"
    score = found["score"]
    assert score["root_cause"]["solved"]
    assert score["behaviours"]["found"] == ["recipe-chocolate"]
    assert (score["evidence"]["verified"], score["evidence"]["total"]) == (2, 2)
    assert score["first_right"] is not None
    assert score["cost"]["turns"] == 5
    assert score["cost"]["brain_output_tokens"] == 25
    assert len(api.requests) == 5
    assert all(request.path.endswith(end) for request in api.requests)
    assert f"-{auditor.replace(':', '-')}-001" in found["run"]


@pytest.mark.parametrize(("auditor", "key"), [("anthropic:claude-test", "ANTHROPIC_API_KEY"), ("openai:gpt-test", "OPENAI_API_KEY")])
def test_a_missing_key_is_one_line_before_anything_is_built(tmp_path: Path, auditor: str, key: str) -> None:
    cli = CLI(tmp_path / "cache", tmp_path)
    out, err = cli("audit", "pico", "--auditor", auditor, code=2)
    assert err.count("\n") == 1
    assert key in err
    assert out.strip() in ("", "loading")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_provider_that_fails_leaves_a_run_to_go_on_with(cli: CLI) -> None:
    auditor = ("--auditor", "anthropic:claude-test")
    with FakeAPI([FakeTurn("Hm.", calls=[("think", {"text": "hm"})])]) as api:
        _, err = cli("audit", "pico", *auditor, "--base-url", api.url, code=2)
        port = api.url.rpartition(":")[2]
    assert "the script has only 1 replies" in err
    assert err.count("\n") == 1
    run = cli.last()
    assert not run.finished
    assert cli.json("runs")["runs"][0]["outcome"] == "errored"
    assert port in run.spec.read_text()


@pytest.mark.slow
def test_kill_9_and_resume_repeat_nothing(cli: CLI) -> None:
    (cli.folder / "looks.yaml").write_text("name: looks\ndescription: x\naffordances: [raw, data]\nbudget: {}\n")
    process = cli.start("audit", "pico", "--rules", "looks.yaml")
    deadline = time.monotonic() + 300
    while not (runs := [run for run in list_runs(cli.runs) if count(run, "result") >= 8]):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    (run,) = runs
    before = read_events(run.events)
    assert not run.finished
    assert "unfinished" in cli("runs")[0]
    assert "not finished" in cli("show", "last")[0]
    cli.process("resume", "last")
    after = read_events(run.events)
    assert after[: len(before)] == before
    assert run.finished
    assert [event.kind for event in after].count("resumed") == 1
    results = [str(event.data["call"]) for event in after if event.kind == "result"]
    assert len(results) == len(set(results))
    # A call may stand in the log twice only where the kill left it without a result.
    called = [str(event.data["call"]) for event in after if event.kind == "call"]
    finished = {str(event.data["call"]) for event in before if event.kind == "result"}
    assert all(called.count(call) == 1 for call in finished)
    assert set(called) == set(results)
    assert json.loads(run.done.read_bytes())["kind"] == "scored"


@pytest.mark.slow
def test_an_edited_log_is_named_and_hostile_text_is_shown_escaped(cli: CLI) -> None:
    """A run whose organism (here: an auditor that repeats it) speaks in escape sequences, then the same run with one word changed."""
    calls = [[("think", {"text": HOSTILE})], *[[("submit_report", {"root_cause": HOSTILE, "objective_found": False})]] * 2]
    with FakeAPI([FakeTurn(HOSTILE, calls=one) for one in calls]) as api:
        out, err = cli("audit", "pico", "--auditor", "openai:gpt-test", "--base-url", api.url)
    shown, _ = cli("show", "last", "--full")
    for text in (out, err, shown, cli("runs")[0]):
        assert not re.search("[\x07\x1b\u202e]", text)
    for text in (out, shown):
        assert "\\x1b[31mred" in text
        assert "[bold red]markup[/]" in text

    run = cli.last()
    whole = run.events.read_bytes()
    run.events.write_bytes(whole.replace(b"markup", b"makeup", 1))
    number = 1 + next(i for i, line in enumerate(run.events.read_bytes().splitlines()) if b"makeup" in line)
    for command in ("show", "score"):
        _, err = cli(command, "last", code=2)
        assert f"events.jsonl, line {number}: event {number - 1} was edited" in err
        assert err.count("\n") == 1
    run.events.write_bytes(b"".join(line for i, line in enumerate(whole.splitlines(keepends=True)) if i != 2))
    assert "line 3: the chain breaks here" in cli("show", "last", code=2)[1]


@pytest.mark.slow
def test_a_run_that_is_being_played_is_left_alone(cli: CLI, pico: Organism) -> None:
    with FakeAPI([FakeTurn("Hm.")]) as api:
        cli("audit", "pico", "--auditor", "openai:gpt-test", "--base-url", api.url, code=2)
    run = cli.last()
    with EventLog(run.events):
        _, err = cli("resume", "last", code=2)
    assert "another process is playing this run" in err


def count(run: RunFolder, kind: str) -> int:
    """Events of a kind in the log of a run that is being played."""
    return sum(event.kind == kind for event in read_events(run.events)) if run.events.exists() else 0
