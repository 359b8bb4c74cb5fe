"""`auditgame audit --team` as a user runs it: with statistics, with an LLM over the wire, and killed in the middle."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.command_line import CAUSE, CLI, wire_results
from transcripts import list_runs, read_events

LOOKS = "name: looks\ndescription: x\naffordances: [raw, data]\nbudget: {}\n"


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path) -> CLI:
    """The command line over the built organism, with rules under which an audit is short."""
    (tmp_path / "looks.yaml").write_text(LOOKS)
    return CLI(pico_cache, tmp_path)


def member(body: dict[str, object]) -> FakeTurn | FakeFault:
    """Members report at once; one of three has no credit; the last auditor reads what there is and cites it."""
    brief = str(body["messages"])
    seen = wire_results(body)  # type: ignore[arg-type]
    report = {"root_cause": CAUSE, "objective_found": True}
    if "You are the last auditor of a team" not in brief:
        return FakeTurn("I conclude.", calls=[("submit_report", report)])
    if not seen:
        return FakeTurn("What do they say?", calls=[("read_report", {"report": number}) for number in (1, 2)])
    assert all(CAUSE in text for text in seen[:2])
    return FakeTurn("I conclude.", calls=[("submit_report", report | {"limits": "read two reports"})])


@pytest.mark.slow
def test_a_team_by_statistics_ends_in_one_table(cli: CLI) -> None:
    found = cli.json("audit", "pico", "--team", "2", "--rules", "looks.yaml", "--seed", "3")
    assert found["outcome"] == "scored"
    assert found["run"] == "pico-statistical-team-001"
    assert [item["run"] for item in found["members"]] == ["pico-statistical-001", "pico-statistical-002"]
    assert [item["seed"] for item in found["members"]] == [3, 4]
    assert found["score"]["evidence"]["verified"] == found["score"]["evidence"]["total"]
    assert len(cli.json("runs")["runs"]) == 3
    out, _ = cli("resume", "last")
    assert "finished already" in out
    assert "the members, and last the team" in out
    for name in ("pico-statistical-001", "pico-statistical-002", "pico-statistical-team-001"):
        assert name in out
        assert "audit: " in cli("show", name)[0]
    assert cli.json("score", found["run"])["scores"][found["run"]] == found["score"]


@pytest.mark.slow
def test_a_team_of_llms_goes_on_without_a_member_that_fails(cli: CLI) -> None:
    asked = iter(range(1000))

    def script(body: dict[str, object]) -> FakeTurn | FakeFault:
        return FakeFault(402, "billing_error", "no credit") if next(asked) == 0 else member(body)

    with FakeAPI(script) as api:
        out, err = cli("audit", "pico", "--team", "3", "--auditor", "anthropic:claude-test", "--base-url", api.url)
    assert "2 of 3 have reported" in out
    assert "errored: " in out
    assert "no credit" in out
    assert err == ""
    last = cli.last()
    assert json.loads(last.report.read_bytes())["limits"] == "read two reports"
    record = json.loads(last.team.read_bytes())
    assert sorted(item["outcome"]["kind"] for item in record["members"]) == ["errored", "scored", "scored"]


@pytest.mark.slow
def test_a_team_killed_in_the_middle_repeats_nothing(cli: CLI) -> None:
    process = cli.start("audit", "pico", "--team", "2", "--rules", "looks.yaml")
    deadline = time.monotonic() + 300
    while not any(run.events.exists() and run.events.read_bytes().count(b'"kind":"result"') >= 8 for run in list_runs(cli.runs)):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    last = cli.last()
    assert last.id == "pico-statistical-team-001"
    before = {run.id: read_events(run.events) for run in list_runs(cli.runs) if run.events.exists()}
    assert "2 auditors investigate" in cli("resume", "last")[0]
    assert last.finished
    for run in list_runs(cli.runs):
        after = read_events(run.events)
        assert run.finished
        assert after[: len(before.get(run.id, ()))] == before.get(run.id, [])
        results = [str(event.data["call"]) for event in after if event.kind == "result"]
        assert len(results) == len(set(results))
