"""`auditgame sweep` as a user runs it: its plan, exit codes, lock, Ctrl-C."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from game.sweep import executors
from game.sweep.folder import locked
from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.command_line import CLI, wire_auditor, wire_results
from tests.fakes.sweeps import Here, concludes, write_sweep
from transcripts import list_runs, read_events


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CLI:
    """The command line over the built organism; `--executor here` starts no process."""
    monkeypatch.setitem(executors._FACTORIES, "here", lambda _: Here())
    return CLI(pico_cache, tmp_path)


def server(api: FakeAPI) -> list[dict[str, str]]:
    return [{"name": "openai:m", "base_url": f"{api.url}/v1"}]


def test_a_sweep_is_planned_played_and_shown(cli: CLI) -> None:
    with FakeAPI(concludes) as api:
        write_sweep(cli.folder, auditors=server(api), limits={"turns": 5})
        plan = cli.json("sweep", "small.yaml", "--dry-run")
        assert [(group["matches"], group["finished"], group["bound"]["turns"]) for group in plan["groups"]] == [(2, 0, 7)]
        assert (plan["organisms"], plan["dollars"]) == ({"pico": True}, None)
        assert not api.requests
        assert not cli.runs.exists()
        out, _ = cli("sweep", "small.yaml", "--executor", "here")
        assert "2 matches, 0 of them finished before" in out
        assert "[2/2]" in out
        found = cli.json("sweep", "small.yaml", "--executor", "here")
    assert [match["outcome"]["kind"] for match in found["matches"]] == ["scored"] * 2
    assert (found["finished_before"], found["used"]["brain_tokens"]) == (2, 60)
    out, _ = cli("sweep", "small.yaml", "--dry-run")
    assert "what is left costs at most: 0.00 dollars, 0 minutes" in out
    assert len(cli.json("runs", "--runs", found["path"])["runs"]) == 2
    assert "openai:m" in cli("standings", found["path"])[0]


def test_exit_codes(cli: CLI) -> None:
    play = ("sweep", "small.yaml", "--executor", "here")
    with FakeAPI(lambda _: FakeFault(401, "authentication_error", "invalid key")) as api:
        write_sweep(cli.folder, auditors=server(api), seeds=1)
        out, _ = cli(*play, code=1)
        assert "check the API key" in out
    with FakeAPI(concludes) as api:
        write_sweep(cli.folder, auditors=server(api), budget={"matches": 2})
        out, err = cli(*play, "--json", code=3)
        assert err.splitlines()[-1].startswith("auditgame: the purse of all matches is spent: 2 of 2 matches; with a larger budget")
        assert json.loads(out)["stopped"].startswith("the purse of all matches is spent")
        write_sweep(cli.folder, auditors=server(api))
        assert "left out" in cli(*play)[0]  # the match on the server that is gone
        with locked(cli.runs / "sweep-small"):
            _, err = cli(*play, code=2)
        assert err.count("\n") == 1
        assert "another sweep is being played in this folder" in err


@pytest.mark.slow
def test_ctrl_c_stops_the_workers_behind_their_answers(cli: CLI) -> None:
    process: dict[str, Any] = {}

    def interrupted(body: dict[str, Any]) -> FakeTurn:
        if len(wire_results(body)) == 1 and process:
            os.killpg(process.pop("group"), signal.SIGINT)  # as a terminal does: to the workers too
        return wire_auditor(body)

    with FakeAPI(interrupted) as api:
        write_sweep(cli.folder, auditors=server(api), seeds=1, workers=1)
        started = cli.start("sweep", "small.yaml", "--json")
        process["group"] = started.pid
        out, err = started.communicate(timeout=300)
        assert started.returncode == 130, out + err
        assert err.endswith("auditgame: stopped; the same command goes on\n")
        assert json.loads(out)["stopped"] == "stopped with Ctrl-C"
        (run,) = list_runs(cli.runs / "sweep-small")
        assert [event.kind for event in read_events(run.events)[-2:]] == ["turn", "outcome"]
        assert cli.json("sweep", "small.yaml", "--executor", "here")["stopped"] == ""
    events = read_events(run.events)
    assert len(api.requests) == sum(event.kind == "turn" for event in events)
    assert run.finished
