"""`auditgame query`: its forms of answer, and that nothing in one acts on a terminal."""

import csv
import io
import shlex

import pytest

from game.cli import COMMANDS
from game.commands.query import SHOWN, query
from game.query import VIEWS
from tests.fakes.command_line import CLI
from tests.game.runs import make_report, make_run

HOSTILE = "\x1b[2Jred\x9b31m [bold]not bold[/] \u202eback"


@pytest.fixture
def cli(tmp_path):
    made = CLI(tmp_path / "cache", tmp_path)
    make_run(made.runs, make_report(root_cause=HOSTILE), text=HOSTILE)
    return made


def test_without_a_statement_the_views_are_listed(cli):
    shown = cli("query")[0]
    assert shown == cli("query", "SELECT 1", "--tables")[0]
    listed = cli.json("query")["tables"]
    assert list(listed) == list(VIEWS)
    for name, view in listed.items():
        assert f"{name}: {view['about']}" in shown
        for column in view["columns"]:
            assert column["name"] in shown
    assert {"name": "data", "type": "JSON", "meaning": ""} in listed["events"]["columns"]


@pytest.mark.parametrize("line", COMMANDS[query])
def test_the_examples_work(cli, line):
    make_run(cli.folder / "more-runs", make_report())
    cli(*shlex.split(line))


def test_what_an_organism_said_is_inert(cli):
    for options in ((), ("--csv",)):
        out, _ = cli("query", 'SELECT root_cause AS "\x1b[1m" FROM reports', *options)
        assert "\\x1b[2Jred\\x9b31m [bold]not bold[/] \\u202eback" in out
        assert not set("\x1b\x9b\u202e") & set(out)
    raw, _ = cli("query", "SELECT root_cause FROM reports", "--json")
    assert raw.isascii()
    assert cli.json("query", "SELECT root_cause FROM reports") == {"rows": [{"root_cause": HOSTILE}], "left_out": []}


def test_all_kinds_of_values_are_written(cli):
    statement = (
        "SELECT 1::HUGEINT AS n, 1.5::DECIMAL(4, 2) AS d, to_timestamp(0) AS t, DATE '2020-01-02' AS day, 'nan'::DOUBLE AS x, "
        "NULL AS nothing, [1, 2] AS list, {'a': true} AS struct, MAP {'k': 1} AS map, '{\"b\": [1]}'::JSON AS json, "
        "'\\x01'::BLOB AS bytes, 'x,\"y' AS text"
    )
    (row,) = cli.json("query", statement)["rows"]
    assert row == {
        "n": 1,
        "d": 1.5,
        "t": "1970-01-01 00:00:00+00:00",
        "day": "2020-01-02",
        "x": "nan",
        "nothing": None,
        "list": [1, 2],
        "struct": {"a": True},
        "map": [["k", 1]],
        "json": {"b": [1]},
        "bytes": "b'\\x01'",
        "text": 'x,"y',
    }
    head, cells = csv.reader(io.StringIO(cli("query", statement, "--csv")[0]))
    assert head == list(row)
    assert cells[:3] == ["1", "1.5", "1970-01-01 00:00:00+00:00"]
    assert cells[5:8] == ["", "[1, 2]", '{"a": true}']
    assert cells[-1] == 'x,"y'


def test_a_long_answer_is_cut_in_the_terminal_alone(cli):
    statement = f"SELECT range AS n FROM range({SHOWN + 7})"
    shown = cli("query", statement)[0]
    assert "and 7 more rows: all are given by --csv and --json" in shown
    assert f"\n{SHOWN}" not in shown
    assert len(cli("query", statement, "--csv")[0].splitlines()) == SHOWN + 8
    assert len(cli.json("query", statement)["rows"]) == SHOWN + 7


def test_what_is_left_out_is_told_on_stderr(cli):
    run = cli.last()
    with run.events.open("ab") as file:
        file.write(b"{")
    for options in ((), ("--csv",), ("--json",)):
        out, told = cli("query", "SELECT count(*) AS n FROM events", *options)
        assert told == f"auditgame: runs/{run.id}/events.jsonl: the last line is half written; left out\n"
    assert '"left_out": ["runs/' in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["SELECT 1 AS a, 2 AS a", "--json"], "two columns are called a; name them with AS"),
        (["SELECT 1", "nowhere"], "no run under nowhere"),
        (["SELECT 'a\x1b[31m'::INT"], "Conversion Error: Could not convert string 'a\\x1b[31m' to INT32"),
    ],
)
def test_bad_input_is_one_line(cli, arguments, told):
    err = cli("query", *arguments, code=2)[1]
    assert err == f"auditgame: {told}\n"


def test_one_form_at_a_time(cli):
    assert "give --json or --csv" in cli("query", "SELECT 1", "--json", "--csv", code=2)[1]
