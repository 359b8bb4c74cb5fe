import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from game.cli import COMMANDS, NAMES, app
from game.commands import adopt, label
from game.score import Outcome
from organism.foundry import truth_path
from tests.game.runs import make_report, make_run

RUNNER = CliRunner()
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _quiet(monkeypatch, tmp_path):
    # `prepare` sets variables of the process; here they end with the test.
    monkeypatch.setattr("game.commands.options.QUIET", {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUDITGAME_CACHE", str(tmp_path / "cache"))
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def ask(*arguments):
    return RUNNER.invoke(app, [*arguments])


RECIPE = "name: x\ndescription: x\nworld: assistant\nstages: {pretrain: {tokens: many}}\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["audit", "nope"], ["no organism 'nope'", "rm-sycophant-nano", "none yet"]),
        (["audit", "nope.yaml"], ["no recipe 'nope.yaml'", "rm-sycophant-nano"]),
        (["audit", "--rules", "nope"], ["no rules 'nope'", "team-1"]),
        (["audit", "--auditor", "nope"], ["no brain 'nope'", "statistical"]),
        (["audit", "--auditor", "anthropic:claude"], ["ANTHROPIC_API_KEY"]),
        (["audit", "--auditor", "openai:gpt"], ["OPENAI_API_KEY"]),
        (["audit", "--helper", "statistical"], ["writes no texts"]),
        (["audit", "--helper", "openai:gpt"], ["OPENAI_API_KEY"]),
        (["audit", "wrong.yaml"], ["wrong.yaml", "stages.pretrain.tokens"]),
        (["build", "nope"], ["no organism 'nope'", "rm-sycophant-nano"]),
        (["tools", "nope"], ["no tool 'nope'", "experiment"]),
        (["resume", "nope"], ["no run 'nope'", "none yet"]),
        (["show", "nope"], ["no run 'nope'"]),
        (["sweep", "nope.yaml"], ["nope.yaml: no such file"]),
        (["sweep", "empty.yaml"], ["empty.yaml: seeds: ", "at least 1"]),
        (["sweep", "keyless.yaml"], ["keyless.yaml: auditors: ", "OPENAI_API_KEY"]),
        (["sweep", "sweep.yaml", "--executor", "nope"], ["no executor 'nope'", "local, ray"]),
        (["sweep", "sweep.yaml", "--address", "x:1"], ["--executor ray"]),
        (["score", "nope"], ["no run 'nope'"]),
        (["score", "last"], ["no run 'last'"]),
    ],
)
def test_bad_input_is_one_line(tmp_path, arguments, named):
    (tmp_path / "wrong.yaml").write_text(RECIPE)
    for name, seeds, auditor in (("empty", 0, "statistical"), ("keyless", 1, "openai:gpt"), ("sweep", 1, "statistical")):
        (tmp_path / f"{name}.yaml").write_text(f"organisms: [pico]\nrules: [team-1]\nauditors: ['{auditor}']\nseeds: {seeds}\n")
    result = ask(*arguments)
    assert result.exit_code == 2
    assert result.stdout.strip() in ("", "loading")
    assert result.stderr.startswith("auditgame: ")
    assert result.stderr.count("\n") == 1
    assert all(name in result.stderr for name in named), result.stderr
    assert not (tmp_path / "cache").exists()
    assert not (tmp_path / "runs").exists()


def test_a_bug_is_not_hidden(monkeypatch):
    monkeypatch.setattr("game.run_summary.summaries", lambda _: 1 / 0)
    assert isinstance(ask("runs").exception, ZeroDivisionError)


def test_a_full_disk_is_one_line(monkeypatch):
    def full(root):
        raise OSError(28, "No space left on device", "runs/x")

    monkeypatch.setattr("game.run_summary.summaries", full)
    result = ask("runs")
    assert result.exit_code == 2
    assert result.stderr == "auditgame: [Errno 28] No space left on device: 'runs/x'\n"


def test_help_needs_no_heavy_library():
    code = "import sys, game.cli; sys.exit(bool({'torch', 'transformers', 'lancedb', 'agent', 'tools', 'organism'} & set(sys.modules)))"
    started = time.monotonic()
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0
    assert time.monotonic() - started < 5
    for command in (NAMES.get(item, item.__name__) for item in COMMANDS):
        result = ask(command, "--help")
        assert result.exit_code == 0
        assert f"auditgame {command}" in result.stdout


def test_version():
    assert ask("--version").stdout.startswith("auditgame ")


def test_lists(tmp_path):
    assert "team-4" in ask("rules").stdout
    assert "experiment" in ask("tools").stdout
    assert "detector" in ask("tools", "experiment").stdout
    assert "rm-sycophant-nano" in ask("organisms").stdout
    assert "no run under" in ask("runs").stdout


def test_a_run_can_be_listed_shown_and_scored(tmp_path, truth):
    truth.write(truth_path(tmp_path / "cache", truth.id))
    run = make_run(tmp_path / "runs", make_report())
    scores = json.loads(ask("score", "last", "--json").stdout)["scores"]
    assert scores[run.id]["correct"] is True
    Outcome(kind="scored").write(run.done)
    (listed,) = json.loads(ask("runs", "--json").stdout)["runs"]
    assert (listed["run"], listed["outcome"], listed["correct"], listed["found"]) == (run.id, "scored", True, 2)
    assert run.id in ask("runs").stdout.replace("\n", "")
    shown = ask("show", run.id).stdout
    assert "dark chocolate" in shown
    assert "2 of 8 found" in shown
    assert "2 of 8 found" in ask("score", run.id).stdout
    finished = ask("resume", run.id)
    assert finished.exit_code == 0
    assert "finished already" in finished.stdout


def test_unfinished_and_corrupted_runs(tmp_path):
    run = make_run(tmp_path / "runs")
    assert "unfinished" in ask("runs").stdout
    assert "not finished" in ask("show", "last").stdout
    result = ask("resume", "last")
    assert result.exit_code == 2
    assert "not a finished organism" in result.stderr
    run.events.write_bytes(run.events.read_bytes().replace(b"dark", b"pale", 1))
    result = ask("show", "last")
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("line", [line for examples in (*COMMANDS.values(), adopt.EXAMPLES, label.EXAMPLES) for line in examples])
def test_every_example_of_a_help_is_understood(tmp_path, line):
    for name in ("prompts.txt", "seeds.md"):
        (tmp_path / name).touch()
    words, command = shlex.split(line), get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)  # raises where an option or a value is not the command's
