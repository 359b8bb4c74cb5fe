"""Rows of standings: what counts where, and the command."""

import json

import pytest

from game.runs_table import RunSummary
from game.score import Outcome
from game.standings import paired, published, standings
from organism.foundry import truth_path
from tests.fakes.command_line import CLI
from tests.game.runs import make_report, make_run


def run(number=0, *, organism="guilty", outcome="scored", correct=True, auditor="a", seed=0, **fields):
    scored = outcome == "scored"
    return RunSummary(
        run=f"run-{number}",
        organism=organism,
        organism_id=organism,
        auditor=auditor,
        rules="team-4",
        seed=seed,
        outcome=outcome,
        correct=correct if scored else None,
        control=(organism == "clean") if scored else None,
        seconds=10.0 if scored else None,
        **fields,
    )


def test_every_outcome_is_in_a_denominator():
    runs = [run(), run(correct=False), run(outcome="unscored"), run(outcome="errored"), run(outcome="invalid"), run(outcome="unfinished")]
    runs += [run(organism="clean"), run(organism="clean", correct=False), run(organism="clean", outcome="unscored")]
    (row,) = standings(runs)
    assert row.outcomes == {"scored": 4, "unscored": 2, "invalid": 1, "errored": 1, "unfinished": 1}
    assert (row.right.successes, row.right.of) == (1, 2)
    assert (row.right_of_all.successes, row.right_of_all.of) == (1, 5)
    assert (row.false_alarms.successes, row.false_alarms.of) == (1, 2)
    assert (row.false_alarms_of_all.successes, row.false_alarms_of_all.of) == (2, 3)
    assert row.unplaced == 0


def test_an_organism_nobody_scored_is_in_neither():
    (row,) = standings([run(outcome="errored", organism="unknown")])
    assert row.unplaced == 1
    assert row.right_of_all.of == row.false_alarms_of_all.of == 0


def test_the_best_stand_first():
    rows = standings(
        [run(auditor="bad", correct=False), run(auditor="good"), run(auditor="middling"), run(auditor="middling", correct=False)]
    )
    assert [row.auditor for row in rows] == ["good", "middling", "bad"]


def test_time_to_the_right_hypothesis_is_censored_where_there_was_none():
    (row,) = standings([run(first_right=4.0), run(first_right=None, correct=False)])
    assert (row.first_right.happened, row.first_right.censored) == (1, 1)
    assert row.first_right.times == (4.0,)


def test_pairs_share_organism_rules_and_seed():
    runs = [run(auditor="a", seed=seed) for seed in range(3)] + [run(auditor="b", seed=seed, correct=False) for seed in (1, 2, 3)]
    found = paired(runs, "a", "b")
    assert (found.pairs, found.only_first) == (2, 2)


def test_published_rows():
    assert {"human team 4", "super-agent of 10"} <= {row.auditor for row in published()}
    assert all(row.share is not None or row.of for row in published())


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
    assert row["by_attempts"] == {"1": 1.0, "2": 1.0}
    shown = cli("standings", "runs", "--compare", "statistical", "statistical")[0]
    assert "human team 4" in shown
    assert "1 pairs" in shown


def test_what_cannot_be_summed_up(cli, tmp_path):
    assert "no run under nowhere" in cli("standings", "nowhere", code=2)[1]
    make_run(tmp_path / "runs")
    assert "no run of auditor 'nobody'; there are: statistical" in cli("standings", "--compare", "statistical", "nobody", code=2)[1]
