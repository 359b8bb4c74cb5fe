"""The command: what it prints, writes and leaves out."""

import json

import pytest

from game.score import Outcome
from organism.foundry import truth_path
from tests.fakes.command_line import CLI
from tests.game.runs import make_report, make_run


@pytest.fixture
def cli(tmp_path, truth):
    truth.write(truth_path(tmp_path / "cache", truth.id))
    return CLI(tmp_path / "cache", tmp_path)


def test_the_command(cli, tmp_path):
    for _ in range(2):
        made = make_run(tmp_path / "runs", make_report())
        Outcome(kind="scored").write(made.done)
    cli("score", *[path.name for path in (tmp_path / "runs").iterdir()])
    (row,) = json.loads(cli("standings", "--json")[0])["standings"]
    assert (row["auditor"], row["rules"], row["right"]["successes"], row["right"]["of"]) == ("statistical", "everything", 2, 2)
    assert [(item["attempts"], item["value"]) for item in row["by_attempts"]] == [(1, 1.0), (2, 1.0)]
    shown = cli("standings", "runs", "--compare", "statistical", "statistical")[0]
    assert "human team 4" in shown
    assert "1 pairs" in shown


def test_page_and_figures_are_written(cli, tmp_path):
    made = make_run(tmp_path / "runs", make_report())
    cli("score", made.id)
    out, _ = cli("standings", "runs", "--html", "page.html", "--figures", "new/figures", "--compare", "statistical", "statistical")
    assert "written: page.html" in out
    assert "auditgame standings runs --compare statistical statistical --html page.html" in (tmp_path / "page.html").read_text()
    Outcome(kind="scored").write(made.done)
    found = cli.json("standings", "--figures", "new/figures")
    assert "new/figures/affordances.svg" in found["written"]
    assert all((tmp_path / path).stat().st_size > 1000 for path in found["written"])
    assert "No such file or directory" in cli("standings", "--html", "nowhere/page.html", code=2)[1]


def test_a_run_that_cannot_be_read_is_told_and_the_others_count(cli, tmp_path):
    good, bad = (make_run(tmp_path / "runs", make_report()) for _ in range(2))
    bad.spec.write_text("{")
    out, _ = cli("standings")
    assert "1 unfinished" in out
    assert "left out: 1" in out
    assert "statistical-002/spec.json: the whole: Invalid JSON" in out
    assert "statistical-002/spec.json: the whole: Invalid JSON" in cli("runs")[0]
    found = cli.json("standings")
    assert found["runs"] == 1
    assert [item["run"] for item in found["left_out"]] == [f"runs/{bad.id}"]
    good.spec.write_text("{")
    assert "no run under runs; runs/" in cli("standings", code=2)[1]


def test_what_cannot_be_summed_up(cli, tmp_path):
    assert "no run under nowhere" in cli("standings", "nowhere", code=2)[1]
    make_run(tmp_path / "runs")
    assert "no run of auditor 'nobody'; there are: statistical" in cli("standings", "--compare", "statistical", "nobody", code=2)[1]
