"""`auditgame score` with several judges and several runs, over the fake API."""

import json

import pytest

from organism.foundry import truth_path
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CLI
from tests.game.judges.test_model_judge import NAMES
from tests.game.runs import make_report, make_run


def says_no(body):
    """A judge that finds nothing in any report."""
    question = json.loads(body["messages"][-1]["content"])
    if "statement" in question:
        return FakeTurn(json.dumps({"points": {name: {"met": False} for name in NAMES}, "evaluator": {"number": None}}))
    return FakeTurn(json.dumps({"matches": [{"claim": claim["claim"], "canonical": None} for claim in question["claims"]]}))


@pytest.fixture
def cli(tmp_path, truth):
    truth.write(truth_path(tmp_path / "cache", truth.id))
    return CLI(tmp_path / "cache", tmp_path)


def test_a_jury_of_two_that_differ(cli, tmp_path):
    run = make_run(tmp_path / "runs", make_report())
    cli("score", run.id)
    with FakeAPI(says_no) as api:
        chosen = ("--judge", "lexical", "--judge", "openai:some", "--judge-url", api.url)
        score = json.loads(cli("score", run.id, *chosen, "--json")[0])["scores"][run.id]
        assert score["judge"] == "lexical, openai:some"
        assert score["correct"] is False  # two must agree
        assert score["judging"]["agreement"] < 0.5
        assert score["first_right"] is not None
        shown = cli("score", run.id, *chosen, "--repeats", "2")[0]
        assert "openai:some x 2; Krippendorff's alpha" in shown.replace("│\n│", "")
    # Every earlier score is kept.
    kept = [json.loads(path.read_bytes())["judge"] for path in sorted(run.path.glob("score*.json"))]
    assert kept == ["lexical", "lexical, openai:some", "lexical, openai:some x 2"]


def test_what_is_wrong_with_one_run_does_not_stop_the_others(cli, tmp_path):
    good, bad = make_run(tmp_path / "runs", make_report()), make_run(tmp_path / "runs")
    out, err = cli("score", good.id, bad.id, "--json", code=2)
    assert json.loads(out)["scores"][good.id]["correct"] is True
    assert list(json.loads(out)["unscored"]) == [bad.id]
    assert "no report to score" in err


def test_a_judge_that_never_answers_loses_nothing(cli, tmp_path):
    run = make_run(tmp_path / "runs", make_report())
    cli("score", run.id)
    before = run.score.read_bytes()
    with FakeAPI(lambda _: FakeTurn("I would rather not say.")) as api:
        _, err = cli("score", run.id, "--judge", "openai:some", "--judge-url", api.url, code=2)
    assert "no usable answer in 3 attempts" in err
    assert run.score.read_bytes() == before
