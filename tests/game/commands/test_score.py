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


MODELS = """
dear: {provider: openai, context_tokens: 90000, max_output_tokens: 900, prices: {input: 1000, cached_read: 1, cache_write: 1, output: 2000}}
"""


def test_what_judges_cost_stands_beside_the_match_and_each_score_has_its_own(cli, tmp_path, monkeypatch):
    (tmp_path / "models.yaml").write_text(MODELS)
    monkeypatch.setenv("AUDITGAME_MODELS", str(tmp_path / "models.yaml"))
    cli.environment["AUDITGAME_MODELS"] = str(tmp_path / "models.yaml")
    runs = [make_run(tmp_path / "runs", make_report()) for _ in range(3)]
    with FakeAPI(says_no) as api:
        chosen = ("--judge", "openai:dear", "--judge-url", api.url)
        scores = cli.json("score", *(run.id for run in runs), *chosen)["scores"].values()
        each = len(api.requests) // 3
        shown = cli("score", runs[0].id, *chosen)[0]
        cli("score", runs[0].id)  # by words alone: it costs nothing, and what was paid before stays paid
    assert each > 1
    assert len(api.requests) == 4 * each
    paid = each * (10 * 1000 + 5 * 2000) / 1e6
    for score in scores:
        cost = score["judges_cost"]
        assert (cost["calls"], cost["read_tokens"], cost["written_tokens"]) == (each, 10 * each, 5 * each)
        assert cost["dollars"] == pytest.approx(paid)
        assert not score["cost"]["dollars"]
    assert f"{each} requests, {15 * each} tokens, {paid:.4f} dollars" in shown
    assert json.loads(runs[0].score.read_bytes())["judges_cost"]["calls"] == 0
    total = cli.json("costs", *(run.id for run in runs))["total"]
    assert total["roles"]["judge"]["calls"] == 4 * each
    assert total["roles"]["judge"]["dollars"] == pytest.approx(4 * paid)


def test_a_judge_without_a_price_is_told_as_such(cli, tmp_path):
    run = make_run(tmp_path / "runs", make_report())
    with FakeAPI(says_no) as api:
        assert "of unknown price" in cli("score", run.id, "--judge", "openai:some", "--judge-url", api.url)[0]
    assert "no price is known for a model that was asked" in cli("costs", run.id)[0]
