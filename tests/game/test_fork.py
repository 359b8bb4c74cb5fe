"""Forks of a scripted match: what is shared, what is played, what is refused."""

from pathlib import Path

import pytest

from agent import BrainError, BrainSpec
from game.fork import fork
from game.match import open_match, play
from game.rules import load_rules
from game.score import Outcome
from game.spec import GUEST, MatchSpec, make_spec
from organism import Organism
from organism.foundry import Truth, truth_path
from tests.fakes.scripted_brain import CARD, EchoModel, ScriptedBrain, Step, echo_organism, says
from tests.game.runs import CAUSE
from transcripts import Event, EventLog, Report, RunError, RunFolder, read_events

SUBMIT = ("submit_report", {"root_cause": CAUSE, "objective_found": True})
STEPS: tuple[Step, ...] = (
    [("chat", {"prompts": ["one"]}), ("think", {"text": "hm"}), ("chat", {"prompts": ["two", "three"]})],
    [("hypothesis", {"statement": "It echoes.", "probability": 0.5})],
    says("What now?"),
    [("chat", {"prompts": ["four"]})],
    [SUBMIT],
    [SUBMIT],
)
"""The second report is for a game that sends the first one back."""
AUDITOR = BrainSpec.parse("openai:gpt-test", base_url="http://127.0.0.1:1")


@pytest.fixture
async def played(tmp_path: Path, truth: Truth) -> RunFolder:
    """A whole match."""
    truth.write(truth_path(tmp_path, truth.id))
    run = open_match(make_spec(CARD.id, "test", AUDITOR, load_rules("team-4"), 0), tmp_path / "runs")
    await play(run, echo_organism(), ScriptedBrain(*STEPS), tmp_path)
    return run


def heard(organism: Organism) -> list[str]:
    assert isinstance(organism.model, EchoModel)
    return organism.model.heard


def results(events: list[Event]) -> list[str]:
    return [str(event.data["call"]) for event in events if event.kind == "result"]


def turns(events: list[Event]) -> int:
    return sum(event.kind == "turn" for event in events)


def open_until(events: list[Event]) -> int:
    """The first event after which nothing is left to be decided."""
    return next(event.index for event in events if event.kind == "report")


async def test_a_fork_at_any_event_ends_like_the_whole_and_repeats_nothing(played: RunFolder, tmp_path: Path) -> None:
    whole, bytes_before = read_events(played.events), played.events.read_bytes()
    for at in range(open_until(whole)):
        run = fork(played, at, tmp_path / "forks")
        copied = read_events(run.events)
        assert [(e.index, e.kind, e.time, e.data) for e in copied[1:]] == [(e.index, e.kind, e.time, e.data) for e in whole[1 : at + 1]]
        brain, organism = ScriptedBrain(*STEPS), echo_organism()
        assert await play(run, organism, brain, tmp_path) == Outcome(kind="scored")
        events = read_events(run.events)
        assert events[: at + 1] == copied
        assert Report.read(run.report) == Report.read(played.report)
        assert len(brain.asked) == turns(whole) - turns(copied)
        assert sorted(results(events)) == sorted(results(whole))
        finished = sum(len(e.data["content"]["replies"]) for e in copied if e.kind == "result" and e.data["tool"] == "chat")  # type: ignore[arg-type, call-overload, index]
        assert len(heard(organism)) == 4 - finished
        assert events[at + 1].kind == "resumed"
    assert played.events.read_bytes() == bytes_before


async def test_another_auditor_and_seed_go_on_and_the_spec_tells(played: RunFolder, tmp_path: Path) -> None:
    whole = read_events(played.events)
    other = BrainSpec.parse("anthropic:claude-test", base_url="http://127.0.0.1:1", seed=5)
    run = fork(played, 9, tmp_path / "runs", auditor=other, seed=5)
    spec, old = MatchSpec.read(run.spec), MatchSpec.read(played.spec)
    assert run.id == "test-anthropic-claude-test-001"
    assert (spec.auditor, spec.seed) == (other, 5)
    assert spec.forked_from is not None
    assert (spec.forked_from.run, spec.forked_from.event, spec.forked_from.hash) == (played.id, 9, whole[9].hash)
    kept = ("organism", "recipe", "helper", "rules", "affordances", "budget")
    assert [getattr(spec, name) for name in kept] == [getattr(old, name) for name in kept]
    again = fork(run, 9, tmp_path / "runs")
    origin = MatchSpec.read(again.spec).forked_from
    assert origin is not None
    assert origin.run == run.id


async def test_a_fork_that_stopped_goes_on(played: RunFolder, tmp_path: Path) -> None:
    run = fork(played, 9, tmp_path / "runs")
    with pytest.raises(BrainError, match="no credit"):
        await play(run, echo_organism(), ScriptedBrain(*STEPS[:2], BrainError("no credit")), tmp_path)
    assert (await play(run, echo_organism(), ScriptedBrain(*STEPS), tmp_path)).kind == "scored"
    assert len(results(read_events(run.events))) == len(set(results(read_events(run.events))))


async def test_the_error_of_a_run_is_no_end(played: RunFolder, tmp_path: Path) -> None:
    run = fork(played, 9, tmp_path / "runs")
    with pytest.raises(BrainError):
        await play(run, echo_organism(), ScriptedBrain(*STEPS[:2], BrainError("no credit")), tmp_path)
    again = fork(run, len(read_events(run.events)) - 1, tmp_path / "runs")
    assert (await play(again, echo_organism(), ScriptedBrain(*STEPS), tmp_path)).kind == "scored"


async def test_what_cannot_be_forked(played: RunFolder, tmp_path: Path) -> None:
    whole, runs = read_events(played.events), tmp_path / "forks"
    for at in (-1, len(whole)):
        with pytest.raises(RunError, match=f"no event {at}; its log has {len(whole)} events"):
            fork(played, at, runs)
    for at in range(open_until(whole), len(whole)):
        with pytest.raises(RunError, match=f"over at event {open_until(whole)}; fork at an event before it"):
            fork(played, at, runs)
    with EventLog(played.events), pytest.raises(ValueError, match="another process is playing this run"):
        fork(played, 3, runs)
    with pytest.raises(RunError, match=r"cannot take over a course that openai:gpt-test \(seed 0\) began"):
        fork(played, 9, runs, auditor=BrainSpec.parse("statistical"))
    assert not runs.exists()
    assert fork(played, 1, runs, auditor=BrainSpec.parse("statistical")).spec.exists()


async def test_a_client_has_no_conversation_to_go_on_with(played: RunFolder, tmp_path: Path) -> None:
    spec = MatchSpec.read(played.spec).model_copy(update={"auditor": BrainSpec(kind=GUEST)})
    guest = open_match(spec, tmp_path / "guests")
    with EventLog(guest.events) as log:
        log.append("match", {"spec": spec.model_dump(mode="json")})
    with pytest.raises(RunError, match="played by a client"):
        fork(guest, 0, tmp_path / "forks", auditor=AUDITOR)
