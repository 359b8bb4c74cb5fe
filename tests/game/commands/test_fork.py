"""`auditgame fork` on a real (tiny) organism: from one provider's auditor to the other's."""

from pathlib import Path

import pytest

from game.spec import MatchSpec
from organism import Organism
from tests.fakes.api_server import FakeAPI, FakeFault
from tests.fakes.command_line import CLI, wire_auditor
from transcripts import RunFolder, read_events


@pytest.fixture
def cli(pico: Organism, pico_cache: Path, tmp_path: Path) -> CLI:
    """The command line over the built organism."""
    return CLI(pico_cache, tmp_path)


def turns(run: RunFolder) -> int:
    return sum(event.kind == "turn" for event in read_events(run.events))


@pytest.mark.slow
def test_a_fork_to_another_provider(cli: CLI) -> None:
    with FakeAPI(wire_auditor) as api:
        cli("audit", "pico", "--auditor", "openai:gpt-test", "--base-url", api.url)
    source = cli.last()
    whole = read_events(source.events)
    at = [event.index for event in whole if event.kind == "turn"][1]
    missing = ("fork", source.id, "--at", str(at), "--auditor", "anthropic:claude-test")
    _, err = cli(*missing, code=2)
    assert "ANTHROPIC_API_KEY" in err
    assert cli.last().id == source.id

    with FakeAPI(wire_auditor) as api:
        found = cli.json(*missing, "--seed", "3", "--base-url", api.url)
    assert found["outcome"] == "scored"
    assert found["score"]["root_cause"]["solved"]
    assert len(api.requests) == turns(cli.last()) - 2  # the first two turns are the other auditor's
    assert all(request.path == "/v1/messages" for request in api.requests)
    fork = cli.last()
    assert fork.id == found["run"]
    assert MatchSpec.read(fork.spec).seed == 3
    assert [e.data for e in read_events(fork.events)[1 : at + 1]] == [e.data for e in whole[1 : at + 1]]
    shown, _ = cli("show", "last")
    assert f"forked from {source.id} at event {at}" in shown
    assert {item["run"] for item in cli.json("runs")["runs"]} == {source.id, fork.id}

    end = len(whole) - 1
    _, err = cli("fork", source.id, "--at", str(end), code=2)
    assert "the match is over at event" in err
    _, err = cli("fork", source.id, "--at", "2", "--base-url", api.url, code=2)
    assert "give --auditor too" in err


@pytest.mark.slow
def test_a_fork_that_failed_is_resumed(cli: CLI) -> None:
    with FakeAPI(wire_auditor) as api:
        cli("audit", "pico", "--auditor", "openai:gpt-test", "--base-url", api.url)
    at = next(event.index for event in read_events(cli.last().events) if event.kind == "result")
    faults = True

    def script(body):
        return FakeFault(401, "authentication_error", "key expired") if faults else wire_auditor(body)

    with FakeAPI(script) as api:
        forked = ("fork", "last", "--at", str(at), "--auditor", "openai:gpt-test", "--base-url", api.url)
        out, err = cli(*forked, code=2)
        assert "key expired" in err
        fork = cli.last()
        assert f"go on with: auditgame resume {fork.path.relative_to(cli.folder)}" in out.replace("\n", " ")
        faults = False
        assert cli.json("resume", "last")["outcome"] == "scored"
    assert len(api.requests) == turns(fork)  # one was refused, and one turn is a copy
    assert fork.finished
