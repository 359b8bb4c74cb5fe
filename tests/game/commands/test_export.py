"""`auditgame export` as a user runs it."""

import pytest

from tests.fakes.command_line import CLI
from tests.game.runs import make_report, make_run


@pytest.fixture
def cli(tmp_path):
    cli = CLI(tmp_path / "cache", tmp_path)
    make_run(cli.runs, make_report())
    return cli


def test_runs_in_a_format(cli):
    make_run(cli.runs)
    assert cli("export", "test-statistical-001", "last", "--to", "jsonl")[0] == "written: runs.jsonl\n"
    assert (cli.folder / "runs.jsonl").read_text().count('"line": "run"') == 2
    said = cli("export", "last", "--to", "parquet", "--out", "tables")[0]
    assert said == "written: tables/runs.parquet\nwritten: tables/events.parquet\n"


def test_what_does_not_work_is_told_in_a_line(cli, monkeypatch):
    assert "no format 'xml'; known: inspect, jsonl, parquet" in cli("export", "last", "--to", "xml", code=2)[1]
    assert "no run 'nothing'" in cli("export", "nothing", "--to", "jsonl", code=2)[1]
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    line = cli("export", "last", "--to", "inspect", code=2)[1]
    assert line == ("auditgame: Inspect logs are written by inspect_ai, which is not installed: pip install 'auditgame[inspect]'\n")


def test_an_edited_log_is_not_exported(cli):
    (events,) = cli.runs.glob("*/events.jsonl")
    events.write_bytes(events.read_bytes().replace(b"chocolate", b"chocolatE"))
    assert "was edited" in cli("export", "last", "--to", "jsonl", code=2)[1]
    assert not (cli.folder / "runs.jsonl").exists()
