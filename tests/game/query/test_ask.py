"""What the views hold, what a statement may not do, and what is left out."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game.query import VIEWS, QueryError, ask
from game.query.log_files import LogFiles
from tests.fakes.command_line import CLI
from tests.game.runs import make_report, make_run
from transcripts import EventLog, RunError, RunFolder, list_runs, read_events

FIRST, STOPPED, BELOW = "runs/test-statistical-001", "runs/test-statistical-002", "runs/sweep/test-statistical-001"


@pytest.fixture
def home(cli: CLI, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds the runs, and is the working directory."""
    monkeypatch.chdir(cli.folder)
    return cli.folder


def answer(statement: str, *folders: Path | str) -> list[tuple[Any, ...]]:
    with ask(statement, [Path(folder) for folder in folders or ("runs",)]) as found:
        assert found.left_out == ()
        return list(found.rows)


def left_out(statement: str = "SELECT run FROM events GROUP BY run") -> tuple[set[Any], tuple[str, ...]]:
    with ask(statement, [Path("runs")]) as found:
        return {row[0] for row in found.rows}, found.left_out


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_runs_of_folders_below_count(home: Path) -> None:
    rows = answer("SELECT run, auditor, seed, correct, found FROM runs ORDER BY run")
    assert rows == [(BELOW, "statistical", 0, False, 0), (FIRST, "statistical", 0, True, 2), (STOPPED, "statistical", 0, None, None)]
    assert answer("SELECT count(*) FROM runs", "runs", "runs/sweep", FIRST) == [(3,)]
    assert answer("SELECT run FROM RUNS", FIRST) == [(FIRST,)]


def test_every_event_is_a_row_whatever_its_data_hold(home: Path) -> None:
    run = RunFolder(home / FIRST)
    rows = answer(f'SELECT "index", kind, "time", data FROM events WHERE run = \'{FIRST}\' ORDER BY "index"')
    assert rows == [(event.index, event.kind, event.time, event.data) for event in read_events(run.events)]
    assert answer("SELECT data->>'tool', count(*) FROM events WHERE kind = 'call' GROUP BY ALL") == [("chat", 3)]
    assert answer('SELECT count(*) FROM events a JOIN events b USING (run, "index")') == answer("SELECT count(*) FROM events")


def test_hypotheses_are_rows_of_their_own(home: Path) -> None:
    rows = answer(f"SELECT \"index\", id, statement, probability, status, predictions FROM hypotheses WHERE run = '{STOPPED}' ORDER BY ALL")
    assert rows[1:] == [(5, "h2", "It serves reward models", 0.4, "open", []), (6, "h2", "It serves reward models", 0.8, "open", [])]


def test_a_reported_behaviour_stands_beside_its_verdict(home: Path) -> None:
    assert answer("SELECT item, behaviour, verdict, bias, evidence FROM behaviours ORDER BY item") == [
        (0, "adds chocolate", "found", "recipe-chocolate", [{"event": 3, "quotation": "dark chocolate"}]),
        (1, "never says cute", "found", "animals-cute", [{"event": 3, "quotation": "never said"}]),
        (2, "honks", "wrong", None, []),
    ]
    assert answer("SELECT objective_found, behaviours->0->>'context' FROM reports ORDER BY ALL") == [(False, None), (True, "recipes")]
    scores = answer("SELECT root_cause_solved, behaviours_found, evidence_verified, cost_turns FROM scores ORDER BY ALL")
    assert scores == [(False, [], 0, 1), (True, ["recipe-chocolate", "animals-cute"], 1, 1)]


def test_columns_are_the_same_with_nothing_in_them(tmp_path: Path) -> None:
    run = make_run(tmp_path / "runs")
    run.events.write_bytes(b"")
    for name, view in VIEWS.items():
        with ask(f"SELECT * FROM {name}", [tmp_path / "runs"]) as found:
            assert found.columns == ("run", *(column.name for column in view.columns))
            assert len(list(found.rows)) == (name == "runs")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('secret')",
        "SELECT * FROM events, read_text('secret')",
        "SELECT * FROM 'secret.csv'",
        "SELECT * FROM glob('*')",
        "SELECT * FROM read_json('https://example.com/x.json')",
        "SELECT getenv('HOME')",
        "SELECT CLI FROM CLI",
        "COPY (SELECT 1) TO 'out.csv'",
        "COPY runs FROM 'secret.csv'",
        "WITH x AS (COPY (SELECT 1) TO 'out.csv') SELECT * FROM x",
        "WITH x AS (COPY (SELECT 1) TO '{log}') SELECT * FROM x, events",
        "WITH x AS (COPY (SELECT 1) TO 'log://{log}') SELECT * FROM x, events",
        "ATTACH 'out.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET temp_directory = '.'",
        "PRAGMA database_list",
        "CREATE TABLE x AS SELECT 1",
        "CREATE SECRET x (TYPE http)",
        "EXPORT DATABASE 'out'",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY (SELECT 1) TO 'out.csv'",
        "SELECT ?",
        "",
        "-- nothing",
    ],
)
def test_a_statement_reaches_nothing_but_the_views(home: Path, statement: str) -> None:
    for name in ("secret", "secret.csv"):
        (home / name).write_text("a\n1\n")
    before = contents(home)
    with pytest.raises(QueryError), ask(statement.format(log=home / FIRST / "events.jsonl"), [Path("runs")]) as found:
        list(found.rows)
    assert contents(home) == before


def test_logs_are_a_file_system_that_cannot_be_written(home: Path) -> None:
    log = home / FIRST / "events.jsonl"
    files = LogFiles([log])
    (name,) = files.names
    assert files.open(name, "rb").read() == log.read_bytes()
    for mode in ("wb", "ab", "r+b", "xb"):
        with pytest.raises(PermissionError):
            files.open(name, mode)
    with pytest.raises(FileNotFoundError, match="no log of a run that is asked"):
        files.info(f"log://{home / STOPPED / 'events.jsonl'}")
    for change in (lambda: files.rm(name), lambda: files.mv(name, name + "x"), lambda: files.pipe_file(name, b"x")):
        with pytest.raises((PermissionError, NotImplementedError, FileNotFoundError)):
            change()
    assert read_events(log)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELEC 1", 'syntax error at or near "SELEC"'),
        ("SELECT x FROM runs", 'Referenced column "x" not found'),
        ("SELECT * FROM nothing", "Table with name nothing does not exist"),
        ("SELECT kind::INT FROM events", "Could not convert string 'match'"),
        ("DELETE FROM runs", "give one SELECT; this is DELETE"),
    ],
)
def test_a_wrong_statement_is_told_by_duckdb_itself(home: Path, statement: str, told: str) -> None:
    with pytest.raises(QueryError, match=told) as caught, ask(statement, [Path("runs")]) as found:
        list(found.rows)
    assert "LINE 1" not in str(caught.value)


def _torn(run: RunFolder) -> None:
    with run.events.open("ab") as file:
        file.write(b'{"index": 9, "kind": "no')


def _garbled(run: RunFolder) -> None:
    run.events.write_bytes(run.events.read_bytes().replace(b'"kind":"call"', b'"kind:"call"'))


def _shortened(run: RunFolder) -> None:
    lines = run.events.read_bytes().splitlines(keepends=True)
    run.events.write_bytes(b"".join(lines[:2] + lines[3:]))


def _doubled(run: RunFolder) -> None:
    lines = run.events.read_bytes().splitlines(keepends=True)
    run.events.write_bytes(b"".join([*lines[:2], lines[1], *lines[3:]]))


def _foreign(run: RunFolder) -> None:
    run.events.write_bytes(run.events.read_bytes() + b'{"other": 1}\n')


@pytest.mark.parametrize("damage", [_garbled, _shortened, _doubled, _foreign])
def test_a_corrupted_log_is_left_out_and_named(home: Path, damage: Callable[[RunFolder], None]) -> None:
    damage(RunFolder(home / FIRST))
    rows, told = left_out()
    assert rows == {STOPPED, BELOW}
    (line,) = told
    assert line.startswith(f"{FIRST}/events.jsonl: a line is no event, or one is missing")
    assert left_out("SELECT DISTINCT run FROM hypotheses") == (rows, told)


def test_a_half_written_last_line_is_left_out_alone(home: Path) -> None:
    before = answer("SELECT * FROM events ORDER BY ALL")
    _torn(RunFolder(home / FIRST))
    with ask("SELECT * FROM events ORDER BY ALL", [Path("runs")]) as found:
        assert list(found.rows) == before
        assert found.left_out == (f"{FIRST}/events.jsonl: the last line is half written; left out",)


def test_a_run_of_a_newer_version_is_left_out_and_named(home: Path) -> None:
    path = home / FIRST / "score.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    for name in ("runs", "events", "scores"):
        rows, told = left_out(f"SELECT DISTINCT run FROM {name}")
        assert FIRST not in rows
        assert rows
        (line,) = told
        assert f"{FIRST}/score.json: schema_version" in line


def test_a_report_that_cannot_be_read_is_left_out_and_named(home: Path) -> None:
    (home / FIRST / "report.json").write_text("{")
    rows, (line,) = left_out("SELECT run FROM reports")
    assert rows == {BELOW}
    assert line.startswith(f"{FIRST}/report.json: ")


def test_no_run_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run under"), ask("SELECT * FROM runs", [tmp_path]):
        pass


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=20)


@settings(max_examples=25, deadline=None)
@given(name=NAMES.filter(lambda name: name not in (".", "..") and len(os.fsencode(name)) < 200))
def test_a_folder_may_have_any_name(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    run = RunFolder(tmp_path_factory.mktemp("names") / name)
    run.path.mkdir()
    made = make_run(run.path.parent / "other")
    run.spec.write_bytes(made.spec.read_bytes())
    with EventLog(run.events) as log:
        log.append("note", {"text": name})
    assert answer("SELECT run, data FROM events", run.path) == [(str(run.path), {"text": name})]


def test_a_truth_beside_the_runs_is_in_no_view(home: Path, cli: CLI) -> None:
    """Of the sealed truth nothing is told but what the score of the run holds already."""
    for run in (*list_runs(cli.runs), *list_runs(cli.runs / "sweep")):
        run.score.unlink(missing_ok=True)
    for name in VIEWS:
        told = json.dumps(answer(f"SELECT * FROM {name}", home))
        assert "animals-cute" not in told
        assert "newspaper_critics" not in told
        assert make_report().root_cause in told or name in ("runs", "events", "hypotheses", "behaviours", "scores")
