"""Ctrl-C in the commands that play or measure much: what it says is true, and what is finished is kept."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CLI, wire_auditor, wire_results
from transcripts import list_runs, read_events

SAME = "auditgame: stopped; what is finished is kept, and the same command does the rest\n"


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path) -> CLI:
    return CLI(pico_cache, tmp_path)


class Interrupting:
    """A script for the fake API that sends SIGINT to a process once, where it is told to."""

    def __init__(self, when: Any) -> None:
        self.process: int | None = None
        self._when = when

    def __call__(self, body: dict[str, Any]) -> FakeTurn:
        if self.process is not None and self._when(body):
            os.kill(self.process, signal.SIGINT)
            self.process = None
        return wire_auditor(body)


def stopped(cli: CLI, script: Interrupting, *arguments: str) -> tuple[str, str]:
    """What a command says that is interrupted."""
    process = cli.start(*arguments)
    script.process = process.pid
    out, err = process.communicate(timeout=400)
    assert process.returncode == 130, out + err
    return out, err


@pytest.mark.slow
def test_red_teaming_goes_on_by_the_same_command(cli: CLI) -> None:
    (cli.folder / "seeds.md").write_text("- Look at greetings.\n- Look at poems.\n")
    script = Interrupting(lambda body: "poems" in str(body["messages"]) and len(wire_results(body)) == 1)
    with FakeAPI(script) as api:
        terms = ("redteam", "pico", "--seeds", "seeds.md", "--parallel", "1", "--auditor", "anthropic:m", "--base-url", api.url)
        _, err = stopped(cli, script, *terms)
        assert err == SAME
        (folder,) = cli.runs.glob("redteam-*")
        before = {run.id: read_events(run.events) for run in list_runs(folder)}
        assert sorted(run.finished for run in list_runs(folder)) == [False, True]
        out, _ = cli(*terms)
    assert "2 matches, 1 of them finished before" in out
    for run in list_runs(folder):
        assert run.finished
        assert read_events(run.events)[: len(before[run.id])] == before[run.id]


@pytest.mark.slow
def test_a_team_is_resumed_by_the_name_that_is_said(cli: CLI) -> None:
    script = Interrupting(lambda body: len(wire_results(body)) == 3)
    with FakeAPI(script) as api:
        out, err = stopped(cli, script, "audit", "pico", "--team", "2", "--auditor", "anthropic:m", "--base-url", api.url)
        name = err.removeprefix("auditgame: stopped; go on with: auditgame resume ").strip()
        assert name == str(cli.runs.relative_to(cli.folder) / "pico-anthropic-m-team-001"), out + err
        cli("resume", name)
    runs = list_runs(cli.runs)
    assert len(runs) == 3
    assert all(run.finished for run in runs)
    for run in runs:
        calls = [event.data["call"] for event in read_events(run.events) if event.kind == "result"]
        assert len(calls) == len(set(calls))


@pytest.mark.slow
def test_an_evaluation_begins_again(cli: CLI) -> None:
    (cli.folder / "prompts.txt").write_text("how do i make bread ?\n")

    def graded(body: dict[str, Any]) -> FakeTurn:
        if script.process is not None:
            os.kill(script.process, signal.SIGINT)
            script.process = None
        return FakeTurn('{"grades": [{"number": 1, "grade": 9}]}')

    script = Interrupting(None)
    with FakeAPI(graded) as api:
        helper = ("--helper", "openai:m", "--helper-url", api.url)
        _, err = stopped(cli, script, "evaluate", "pico", "--behaviour", "sweets", "--prompts", "prompts.txt", "--max-tokens", "8", *helper)
    assert err == SAME
    assert not list(cli.runs.glob("evaluations/*"))
