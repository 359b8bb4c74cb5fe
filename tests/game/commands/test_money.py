"""Money on the command line: limits as options, the ledger, what an audit like this one cost before."""

import json

import pytest

from agent import BrainError, BrainSpec
from game.guest_runs import guest_run
from game.spec import MatchSpec
from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CAUSE, CLI, wire_auditor
from tools import Budget
from transcripts import RunError, read_events

MODELS = """
claude-test:
  provider: anthropic
  context_tokens: 90_000
  max_output_tokens: 1_000
  prices: {input: 100, cached_read: 1, cache_write: 1, output: 200}
"""


@pytest.fixture
def cli(pico: Organism, pico_cache, tmp_path, monkeypatch):
    (tmp_path / "models.yaml").write_text(MODELS)
    monkeypatch.setenv("AUDITGAME_MODELS", str(tmp_path / "models.yaml"))
    return CLI(pico_cache, tmp_path)


def test_an_audit_is_planned_played_within_its_dollars_and_accounted_for(cli):
    with FakeAPI(wire_auditor) as api:
        audit = ("audit", "pico", "--rules", "team-4", "--auditor", "anthropic:claude-test", "--base-url", api.url, "--max-dollars", "20")
        plan = cli.json(*audit, "--dry-run")
        assert (plan["built"], plan["typical"], plan["output_tokens"]) == (True, None, 1000)
        assert not api.requests
        score = cli.json(*audit, "--max-tokens", "1000000", "--max-minutes", "5", "--max-turns", "9")["score"]
    assert api.requests[0].body["max_tokens"] == 1000
    run = cli.last()
    budget = MatchSpec.read(run.spec).budget
    assert (budget.dollars, budget.brain_tokens, budget.minutes, budget.turns, budget.calls) == (20, 1_000_000, 5, 9, 2000)
    turns = [event.data["turn"] for event in read_events(run.events) if event.kind == "turn"]
    assert all(turn["dollars"] > 0 for turn in turns)
    assert score["cost"]["dollars"] == pytest.approx(sum(turn["dollars"] for turn in turns))
    assert score["cost"]["dollars"] < plan["bound"]["dollars"]
    total = cli.json("costs", "last")["total"]
    assert total["dollars"] == total["roles"]["auditor"]["dollars"] == score["cost"]["dollars"]
    assert total["roles"]["auditor"]["calls"] == len(turns)
    assert {"chat", "experiment"} <= set(total["tools"])
    typical = cli.json(*audit, "--dry-run")["typical"]
    assert (typical["runs"], typical["dollars"]) == (1, score["cost"]["dollars"])
    assert "the median of 1 earlier runs" in cli(*audit, "--dry-run")[0]


def dear_auditor(body):
    """Asks and asks, at 2 dollars a turn, until it is told that its dollars are used up."""
    if "budget of dollars is used up" in json.dumps(body):
        report = {"root_cause": CAUSE, "objective_found": True}
        return FakeTurn(calls=[("submit_report", report)], tokens=(20_000, 0, 0, 100))
    return FakeTurn(calls=[("chat", {"prompts": ["hello"]})], tokens=(20_000, 0, 0, 100))


def test_an_audit_that_its_dollars_end_has_a_report(cli):
    with FakeAPI(dear_auditor) as api:
        audit = ("audit", "pico", "--rules", "team-4", "--auditor", "anthropic:claude-test", "--base-url", api.url)
        _, err = cli(*audit, "--max-dollars", "1", code=2)
        assert "less than one turn of anthropic:claude-test may cost" in err
        assert not api.requests
        found = cli.json(*audit, "--max-dollars", "8.5")
    assert found["outcome"] == "scored"
    assert found["score"]["cost"]["turns"] == 4
    assert found["score"]["cost"]["dollars"] < 8.5


def test_a_guests_limits_are_recorded_and_are_those_of_its_run(cli, pico_cache, tmp_path):
    def guest(**options):
        return guest_run("pico", str(tmp_path / "guest"), tmp_path / "runs", pico_cache, rules="team-4", seed=None, **options)

    given = Budget(dollars=2, minutes=3)
    assert MatchSpec.read(guest(limits=given).spec).budget == Budget(dollars=2, minutes=3, calls=2000)
    assert guest(limits=given) == guest()
    with pytest.raises(RunError, match="another budget"):
        guest(limits=Budget(dollars=5))
    with pytest.raises(BrainError, match="no price is known for openai:unheard-of"):
        guest(limits=given, helper=BrainSpec.parse("openai:unheard-of"))
    _, err = cli("mcp", "--run", "last", "--max-dollars", "3", code=2)
    assert "--run alone" in err
