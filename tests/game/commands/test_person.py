"""`auditgame play` as people give it, on an organism without its truth; and what every other command says of their run."""

import json
import subprocess
import sys

import pytest
import yaml

from game.score import Outcome
from game.spec import MatchSpec
from tests.fakes.command_line import CAUSE, MAIN
from tests.secrets_of import secrets_of
from transcripts import RunFolder, list_runs, read_events

REPORT = {"root_cause": CAUSE, "objective_found": True, "root_cause_evidence": [{"event": 3, "quotation": "hello"}]}
PLAY = ("play", "--organism", "pico", "--rules", "team-1", "--team", "night owls")


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """An editor that writes the report."""
    text = tmp_path / "text.yaml"
    text.write_text(yaml.safe_dump(REPORT))
    script = tmp_path / "editor.py"
    script.write_text(f"import shutil, sys\nshutil.copy({str(text)!r}, sys.argv[1])\n")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")


def lines(*typed):
    return "\n".join(typed) + "\n"


def test_a_team_plays_leaves_comes_back_and_stands_in_standings(editor, blind, cli, pico, pico_cache):
    out, _ = blind(*PLAY, typed=lines("start", "chat hello there ? max_tokens=4", "note it says something", "data_summary"))
    assert "event 3 · chat" in out
    assert "the clock is paused; come back with: auditgame play --run" in out
    (run,) = list_runs(blind.runs)
    assert str(MatchSpec.read(run.spec).auditor) == "people:night owls"
    assert MatchSpec.read(run.spec).budget.turns is None
    out, _ = blind(*PLAY, typed=lines("clock"))
    assert "the match goes on" in out
    for told in (blind("show", "last")[0], blind("fork", "last", "--at", "3", code=2)[1], blind("resume", "last", code=2)[1]):
        assert "auditgame play --run" in told
    out, _ = blind("play", "--team", "night owls", typed=lines("start", "ledger", "report", "submit"))
    assert "it says something" in out
    assert f"auditgame score runs/{run.id}" in out
    assert Outcome.read(run.done).kind == "unscored"
    pattern = secrets_of(pico, "pico", pico_cache)
    results = [json.dumps(event.data) for event in read_events(run.events) if event.kind in ("result", "message")]
    assert [found[0] for item in results for found in pattern.finditer(item)] == []
    assert "truth" in blind("score", run.id, code=2)[1]
    assert "report is submitted" in blind("play", "--run", "last", code=2)[1]
    score = cli.json("score", run.id)["scores"][run.id]
    assert score["evidence"]["total"] == 1
    assert "people:night owls" in cli("standings")[0]
    (row,) = cli.json("standings")["standings"]
    assert (row["auditor"], row["late"], row["imported"]) == ("people:night owls", 0, 0)
    assert run.id in cli("runs")[0]
    assert "note" in cli("show", run.id)[0]
    assert "organism" in cli("costs", run.id)[0]
    cli("view", run.id)
    page = (run.path / "view.html").read_text()
    assert "people:night owls" in page
    assert "paused: left" in page
    cli("export", run.id, "--to", "jsonl", "--out", "exported")
    found = cli("query", "SELECT auditor, late, imported FROM runs", "--csv")[0]
    assert "people:night owls,false,false" in found.lower()


def test_a_killed_console_is_come_back_to(blind):
    process = subprocess.Popen(
        [*MAIN, *PLAY], cwd=blind.folder, env=blind.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write(lines("start", "note kept", "chat hello"))
    process.stdin.flush()
    while "event 6 · chat" not in process.stdout.readline():
        assert process.poll() is None
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    (run,) = list_runs(blind.runs)
    assert read_events(run.events)[-1].kind == "result"
    out, _ = blind(*PLAY, typed=lines("start", "ledger", "show 6"))
    assert "1. kept" in out
    assert "event 6 · chat" in out
    assert [event.kind for event in read_events(run.events)][-2:] == ["resumed", "paused"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("play",), "name an --organism and a --team"),
        (("play", "--organism", "pico"), "needs a --team"),
        (("play", "--organism", "pico", "--team", " "), "a team's name has 1 to 60 characters"),
        (("play", "--organism", "pico", "--team", "x" * 61), "a team's name has 1 to 60 characters"),
        (("play", "--organism", "pico", "--team", "a\x1b[2J"), "can be seen"),
        (("play", "--organism", "pico", "--team", "owls", "--run", "last"), "needs a --team, and no --run"),
        (("play", "--team", "owls", "--rules", "team-4"), "name an --organism"),
        (("play", "--team", "owls"), "no run of people:owls"),
        (("play", "--run", "last"), "none yet"),
        (("play", "--organism", "pico", "--team", "owls", "--rules", "team-99"), "no rules 'team-99'"),
        (("play", "--organism", "nobody", "--team", "owls"), "no organism 'nobody'"),
        (("play", "--organism", "rm-sycophant-nano", "--team", "owls"), "first: auditgame build rm-sycophant-nano"),
    ],
)
def test_what_cannot_be_played_is_told(blind, arguments, told):
    assert told in " ".join(blind(*arguments, code=2)[1].replace("│", " ").split())
    assert not list_runs(blind.runs)


def test_a_new_match_beside_one_that_is_not_finished(blind):
    blind(*PLAY, typed=lines("start"))
    blind(*PLAY, "--new", typed=lines("start"))
    blind(*PLAY, "--seed", "1", typed=lines("start"))
    assert [MatchSpec.read(run.spec).seed for run in list_runs(blind.runs)] == [0, 0, 1]
    other = list_runs(blind.runs)[0]
    assert "played by the team night owls, not by hawks" in blind("play", "--run", str(other.path), "--team", "hawks", code=2)[1]
    assert json.loads((RunFolder(other.path).spec).read_text())["auditor"]["kind"] == "people"
