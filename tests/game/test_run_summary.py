"""Runs at a glance: teams, runs that stopped, and files that cannot be read."""

import json

import pytest

from agent import BrainSpec
from game.judges import LexicalJudge
from game.rules import load_rules
from game.run_summary import summaries, summary
from game.score import Outcome, Score
from game.scoring import score_report
from game.spec import MatchSpec, make_spec
from game.team import open_team
from tests.game.runs import make_report, make_run
from transcripts import EventLog, read_events


@pytest.fixture
def scored_run(tmp_path, truth):
    async def make():
        run = make_run(tmp_path / "runs", make_report())
        (await score_report(make_report(), truth, read_events(run.events), [LexicalJudge()])).write(run.score)
        Outcome(kind="scored").write(run.done)
        return run

    return make


async def test_a_run_and_what_it_took(scored_run):
    found = summary(await scored_run())
    assert (found.name, found.outcome, found.control, found.objective) == ("statistical", "scored", False, True)
    assert (found.seconds, found.calls, found.tokens, found.dollars) == (7.0, 1, 13, None)
    assert (found.first_right, found.first_right_calls, found.first_right_dollars) == (6.0, 1, None)


def give_cost(run, score, **cost):
    first = score.first_right.model_copy(update={"dollars": 0.5})
    score.model_copy(update={"cost": score.cost.model_copy(update=cost), "first_right": first}).write(run.score)
    Outcome(kind="scored").write(run.done)


async def test_a_team_took_what_its_members_took_and_the_last_auditor(scored_run, tmp_path):
    score = Score.read((await scored_run()).score)
    team = open_team(make_spec(score.organism, "test", BrainSpec.parse("statistical"), load_rules("everything"), 5), 2, tmp_path / "team")
    names = MatchSpec.read(team.spec).members
    members = [type(team)(team.path.parent / name) for name in names]
    give_cost(members[0], score, seconds=10.0, calls=4, dollars=1.0)
    give_cost(members[1], score, seconds=30.0, calls=5, dollars=2.0)
    give_cost(team, score, seconds=7.0, calls=1, dollars=4.0)
    found = summary(team)
    assert (found.name, found.members, found.seed, found.first_seed) == ("statistical, team of 2", 2, 7, 5)
    assert (found.seconds, found.calls, found.tokens, found.dollars) == (37.0, 10, 39, 7.0)
    assert (found.first_right, found.first_right_calls, found.first_right_dollars) == (36.0, 10, 3.5)
    assert summary(members[0]).seconds == 10.0
    members[1].score.unlink()
    assert (summary(team).correct, summary(team).seconds, summary(team).first_right) == (True, None, None)


async def test_a_run_that_stopped_is_told_by_the_end_of_its_log(tmp_path, scored_run):
    run = make_run(tmp_path / "runs")
    assert (summary(run).outcome, summary(run).reason) == ("unfinished", "")
    with EventLog(run.events) as log:
        log.append("outcome", {"kind": "errored", "reason": "no credit"})
    run.events.write_bytes(run.events.read_bytes().replace(b"newspaper", b"magazine "))
    assert (summary(run).outcome, summary(run).reason) == ("errored", "no credit")
    run.events.write_bytes(run.events.read_bytes() + b"not an event\n")
    assert summary(run).outcome == "unfinished"
    assert "the last line is no event" in summary(run).reason


def newer(path):
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 2, "weather": "fine"}))


BROKEN = {
    "a spec that was half written": (lambda run: run.spec.write_text(run.spec.read_text()[:50]), "spec.json: the whole: Invalid JSON"),
    "a score that was half written": (lambda run: run.score.write_text(run.score.read_text()[:50]), "score.json: the whole: Invalid JSON"),
    "an end that is empty": (lambda run: run.done.write_text(""), "done: the whole: Invalid JSON"),
    "a newer spec": (lambda run: newer(run.spec), "spec.json: schema_version: Input should be 1: the file is of another version"),
    "a newer score": (lambda run: newer(run.score), "score.json: schema_version: Input should be 1: the file is of another version"),
    "a newer end": (lambda run: newer(run.done), "done: schema_version: Input should be 1: the file is of another version"),
    "no spec": (lambda run: run.spec.unlink(), "spec.json: no such file"),
    "no score of a scored run": (lambda run: run.score.unlink(), "score.json: no such file, though the run was scored"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_run_that_cannot_be_read_is_named_and_hides_no_other(scored_run, tmp_path, name):
    good, bad = await scored_run(), await scored_run()
    spoil, told = BROKEN[name]
    spoil(bad)
    found, (left,) = summaries([tmp_path / "runs", tmp_path / "runs"])
    assert [run.run for run in found] == [good.id]
    assert left.run == str(bad.path)
    assert str(bad.path) in left.reason
    assert told in left.reason
