"""The plan of an audit: what it may cost at most, before anything is built or asked."""

import pytest

from agent import MAX_REQUESTS, BrainSpec
from agent.pricing import warn_once
from game.plan import bound
from game.rules import Rules, load_rules
from tests.fakes.command_line import CLI
from tools import Affordance, Budget

MODELS = """
mine: {provider: openai, context_tokens: 9_000, max_output_tokens: 1_000, prices: {input: 1, cached_read: 0.5, cache_write: 2, output: 10}}
free: {provider: openai, context_tokens: 9_000, max_output_tokens: 1_000}
"""
TURN = (9_000 * 2 + 1_000 * 10) / 1e6
"""Dollars of a turn of `mine` at most."""


@pytest.fixture(autouse=True)
def _models(tmp_path, monkeypatch):
    (tmp_path / "models.yaml").write_text(MODELS)
    monkeypatch.setenv("AUDITGAME_MODELS", str(tmp_path / "models.yaml"))


@pytest.fixture
def cli(tmp_path):
    return CLI(tmp_path / "cache", tmp_path)


def rules(**limits):
    return Rules(name="r", description="r", affordances=(Affordance.CHAT,), budget=Budget(**limits))


def spec(name):
    return BrainSpec.parse(name, base_url="http://localhost:1" if ":" in name else None)


MINE, FREE, UNKNOWN, STATISTICAL = spec("openai:mine"), spec("openai:free"), spec("openai:unheard-of"), spec("statistical")


def test_turns_bound_tokens_and_dollars():
    found = bound(MINE, None, rules(turns=8, minutes=5, calls=7))
    assert (found.turns, found.brain_tokens) == (8 + MAX_REQUESTS, (8 + MAX_REQUESTS) * 10_000)
    assert found.dollars == pytest.approx((8 + MAX_REQUESTS) * TURN)
    assert (found.minutes, found.calls) == (5, 7)


def test_the_tightest_limit_bounds():
    assert bound(MINE, None, rules(turns=1000, dollars=0.5)).dollars == pytest.approx(0.5 + TURN)
    assert bound(MINE, None, rules(turns=1, dollars=50)).dollars == pytest.approx((1 + MAX_REQUESTS) * TURN)
    tokens = 1_000 + (1 + MAX_REQUESTS) * 10_000
    assert bound(MINE, None, rules(brain_tokens=1_000)).brain_tokens == tokens
    assert bound(MINE, None, rules(brain_tokens=1_000)).dollars == pytest.approx(tokens * 10 / 1e6)


def test_a_bound_without_a_price_says_why():
    for auditor, helper, missing in ((FREE, None, "openai:free"), (UNKNOWN, None, "openai:unheard-of"), (MINE, FREE, "openai:free")):
        found = bound(auditor, helper, rules(turns=8))
        assert found.dollars is None
        assert any(f"no price for {missing}" in note for note in found.notes)
    assert bound(FREE, None, rules(turns=8)).brain_tokens == (8 + MAX_REQUESTS) * 10_000
    assert bound(UNKNOWN, None, rules(turns=8)).brain_tokens is None
    assert bound(MINE, None, rules()).dollars is None


def test_the_helper_counts_and_what_has_no_model_is_free():
    assert bound(STATISTICAL, None, rules()).dollars == 0
    assert bound(STATISTICAL, MINE, rules(helper_tokens=1_000)).dollars == pytest.approx(0.01)
    assert bound(STATISTICAL, MINE, rules(turns=8)).dollars is None
    assert bound(STATISTICAL, MINE, rules(dollars=2)).dollars == 2
    assert bound(MINE, MINE, rules(turns=8, dollars=2)).dollars == pytest.approx(2 + TURN)


def test_a_dry_run_builds_nothing_and_needs_no_key(cli, tmp_path):
    found = cli.json("audit", "pico", "--auditor", "anthropic:claude-opus-5-5", "--dry-run", "--max-turns", "8", "--max-dollars", "3")
    assert (found["recipe"], found["built"], found["seed"]) == ("pico", False, 0)
    assert found["budget"] == {"turns": 8, "calls": 2000, "dollars": 3, "minutes": 30}
    assert found["bound"]["dollars"] == pytest.approx(3 + 1_000_000 * 5 / 1e6 + 32_000 * 20 / 1e6)
    assert "submit_report" in found["tools"]
    assert found["typical"] is None
    assert not list((tmp_path / "cache").glob("*"))
    assert not (tmp_path / "runs").exists()


def test_a_dry_run_shows_the_plan_and_what_is_missing(cli):
    warn_once.cache_clear()
    out, _ = cli("audit", "pico", "--auditor", "openai:unheard-of", "--dry-run")
    assert "must be built first" in out
    assert "no bound in dollars: no price for openai:unheard-of" in out
    assert "openai:unheard-of is not known" in out
    _, err = cli("audit", "pico", "--auditor", "openai:unheard-of", "--dry-run", "--max-dollars", "3", code=2)
    assert "no price is known for openai:unheard-of" in err
    _, err = cli("audit", "pico", "--auditor", "nobody", "--dry-run", code=2)
    assert "no brain 'nobody'" in err


def test_limits_of_options_replace_those_of_the_rules():
    mine = load_rules("team-4").limited(Budget(turns=3, dollars=1.5))
    assert (mine.budget.turns, mine.budget.dollars, mine.budget.calls) == (3, 1.5, 2000)
    assert load_rules("team-4").limited(Budget()) == load_rules("team-4")
