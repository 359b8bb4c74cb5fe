"""`kill -9` of a real process behind every event of a match, and what its resumption pays for and does again: nothing."""

import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from agent import BrainSpec
from game.match import open_match
from game.rules import load_rules
from game.score import Outcome
from game.spec import make_spec
from organism.foundry import Truth, truth_path
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.killed_match import asked, play_in_a_process
from tests.fakes.scripted_brain import CARD
from tests.game.runs import CAUSE
from tools import Ledger
from transcripts import Event, Report, RunFolder, read_events

TURNS = (
    FakeTurn("I ask.", calls=[("chat", {"prompts": ["one"]}), ("note", {"text": "hm"}), ("chat", {"prompts": ["two", "three"]})]),
    FakeTurn("Let me think."),
    FakeTurn(calls=[("hypothesis", {"statement": "It echoes.", "probability": 0.5})], thinking="Hm."),
    FakeTurn(calls=[("chat", {"prompts": ["four"]}), ("telepathy", {})]),
    FakeTurn("Done.", calls=[("submit_report", {"root_cause": CAUSE, "objective_found": True})]),
)


def auditor(body: dict[str, Any]) -> FakeTurn:
    """The turn behind those of the conversation; the last one again if more is asked."""
    played = sum(message["role"] == "assistant" for message in body["messages"])
    return TURNS[min(played, len(TURNS) - 1)]


@pytest.mark.slow
def test_a_kill_behind_any_event_costs_nothing(tmp_path: Path, truth: Truth) -> None:
    truth.write(truth_path(tmp_path, truth.id))
    with FakeAPI(auditor) as api:
        brain = BrainSpec.parse("anthropic:claude-test", base_url=api.url)
        spec = make_spec(CARD.id, "test", brain, load_rules("team-4"), 0)
        whole = open_match(spec, tmp_path / "runs")
        assert play_in_a_process(whole, tmp_path) == 0
        requests, life = len(api.requests), read_events(whole.events)
        assert len(life) > 20
        assert requests == sum(event.kind == "turn" for event in life) >= len(TURNS)
        for event in life:
            run, paid = open_match(spec, tmp_path / "runs"), len(api.requests)
            assert play_in_a_process(run, tmp_path, killed_behind=event.index) == -signal.SIGKILL
            before = read_events(run.events)
            assert [e.kind for e in before] == [e.kind for e in life[: event.index + 1]]
            assert not run.finished
            assert play_in_a_process(run, tmp_path) == 0
            where = f"killed behind event {event.index}, a {event.kind}"
            assert len(api.requests) - paid == requests, where
            check(run, before, whole, where)


def check(run: RunFolder, before: list[Event], whole: RunFolder, where: str) -> None:
    """The resumed run ends like the one that was never stopped, and repeated only what had no result."""
    events, life = read_events(run.events), read_events(whole.events)
    assert events[: len(before)] == before, where
    assert Outcome.read(run.done) == Outcome.read(whole.done), where
    assert Report.read(run.report) == Report.read(whole.report), where
    assert texts(events, "turn") == texts(life, "turn"), where
    assert texts(events, "message") == texts(life, "message"), where
    assert Ledger.from_events(events).render() == Ledger.from_events(life).render(), where
    assert len(Ledger.from_events(events).notes) == 1, where
    assert Counter(results(events)) == Counter(results(life)), where
    finished = set(results(before))
    open_prompts = [prompt for e in before if e.kind == "call" and e.data["call"] not in finished for prompt in prompts(e)]
    repeated = Counter(asked(run)) - Counter(asked(whole))
    assert not repeated - Counter(open_prompts), where


def texts(events: list[Event], kind: str) -> list[str]:
    """What was said; the rest of a turn (request ids) differs from run to run."""
    data = [event.data for event in events if event.kind == kind]
    return [str(item["turn"]["message"]["text"] if kind == "turn" else item["text"]) for item in data]  # type: ignore[call-overload, index]


def results(events: list[Event]) -> list[str]:
    return [str(event.data["call"]) for event in events if event.kind == "result"]


def prompts(event: Event) -> list[str]:
    found = event.data["arguments"]
    assert isinstance(found, dict)
    return [str(prompt) for prompt in found.get("prompts", [])]  # type: ignore[union-attr]
