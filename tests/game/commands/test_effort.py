"""`--effort` and `--prompt-cache` of the commands that play: they reach the auditor, and what cannot be is told before anything is made."""

from itertools import groupby
from pathlib import Path

import pytest

from game.spec import MatchSpec
from organism import Organism
from tests.fakes.api_server import FakeAPI
from tests.fakes.command_line import CLI, wire_auditor

AUDIT = ("audit", "pico", "--rules", "team-4", "--auditor")
OPTIONS = ("--effort", "high", "--prompt-cache", "1h")


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path) -> CLI:
    return CLI(pico_cache, tmp_path)


def test_an_audit_a_fork_of_it_and_red_teaming_are_told_so(cli: CLI) -> None:
    with FakeAPI(wire_auditor) as api:
        url = ("--base-url", api.url)
        cli(*AUDIT, "anthropic:claude-test", *url, *OPTIONS)
        first = cli.last()
        cli("fork", str(first.path), "--at", "3", "--auditor", "anthropic:claude-test", *url, "--effort", "low")
        cli("redteam", "pico", "--n", "1", "--auditor", "anthropic:claude-test", *url, *OPTIONS)
    told = [(request.body["output_config"]["effort"], "ttl" in str(request.body)) for request in api.requests]
    assert [key for key, _ in groupby(told)] == [("high", True), ("low", False), ("high", True)]
    assert [str(MatchSpec.read(run.spec).auditor) for run in (first, cli.last())] == [f"anthropic:claude-test@{e}" for e in ("high", "low")]
    assert {run["auditor"] for run in cli.json("runs")["runs"]} == {f"anthropic:claude-test@{effort}" for effort in ("high", "low")}


def test_an_effort_that_the_model_does_not_have_makes_no_run(cli: CLI) -> None:
    _, err = cli(*AUDIT, "openai:gpt-4.1", "--effort", "low", code=2)
    assert err == "auditgame: openai:gpt-4.1 has no effort 'low'; known: none can be chosen\n"
    _, err = cli(*AUDIT, "openai:gpt-5", "--prompt-cache", "1h", "--max-dollars", "9", "--dry-run", code=2)
    assert "only Anthropic's models" in err
    _, err = cli("redteam", "pico", "--effort", "low", code=2)
    assert "statistical has no effort" in err
    assert not cli.runs.exists()
    _, err = cli("fork", "last", "--at", "3", "--effort", "low", code=2)
    assert "give --auditor too" in err


def test_a_plan_counts_an_hours_cache(cli: CLI) -> None:
    audit = (*AUDIT, "anthropic:claude-opus-5-5", "--dry-run")
    assert cli.json(*audit, "--prompt-cache", "1h")["bound"]["dollars"] > cli.json(*audit)["bound"]["dollars"]
