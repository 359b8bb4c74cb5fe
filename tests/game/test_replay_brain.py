"""The brain that plays a recorded run again, in whole matches on an echo."""

from pathlib import Path

import pytest

from agent import BrainError, BrainSpec, make_brain
from agent.messages import Message, ToolCall, Turn, Usage
from game.match import open_match, play
from game.rules import load_rules
from game.score import Outcome
from game.spec import make_spec
from organism.foundry import Truth, truth_path
from tests.fakes.scripted_brain import CARD, EchoModel, ScriptedBrain, Step, echo_organism
from tests.game.runs import CAUSE
from transcripts import EventLog, Report, RunFolder, read_events

ASK = Turn(
    message=Message(
        role="assistant",
        text="I ask.",
        calls=(ToolCall(id="c", name="chat", arguments={"prompts": ["one"]}),),
        native={"provider": "anthropic", "model": "m", "content": []},
    ),
    stop="calls",
    usage=Usage(input_tokens=700, output_tokens=50),
)
SUBMIT = ("submit_report", {"root_cause": CAUSE, "objective_found": True})
STEPS: tuple[Step, ...] = (
    ASK,
    [("think", {"text": "hm"}), ("chat", {"prompts": ["two"]})],
    [SUBMIT],
    [SUBMIT],
)
"""The second report is for a game that sends the first one back."""


def match(tmp_path: Path, auditor: str, rules: str = "team-4") -> RunFolder:
    return open_match(make_spec(CARD.id, "test", BrainSpec.parse(auditor), load_rules(rules), 0), tmp_path / "runs")


@pytest.fixture
async def recorded(tmp_path: Path, truth: Truth, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A whole match."""
    monkeypatch.chdir(tmp_path)
    truth.write(truth_path(tmp_path, truth.id))
    run = match(tmp_path, "openai:gpt-test")
    await play(run, echo_organism(), ScriptedBrain(*STEPS), tmp_path)
    return run


@pytest.mark.parametrize("by", ["id", "folder"])
async def test_the_turns_are_played_again_and_cost_nothing(recorded: RunFolder, tmp_path: Path, by: str) -> None:
    name = recorded.id if by == "id" else str(recorded.path)
    run, organism = match(tmp_path, f"replay:{name}"), echo_organism()
    assert await play(run, organism, make_brain(BrainSpec.parse(f"replay:{name}")), tmp_path) == Outcome(kind="scored")
    assert Report.read(run.report) == Report.read(recorded.report)
    assert isinstance(organism.model, EchoModel)
    assert organism.model.heard == ["one", "two"]
    before, after = ([Turn.model_validate(e.data["turn"]) for e in read_events(r.events) if e.kind == "turn"] for r in (recorded, run))
    assert [turn.message.calls for turn in after] == [turn.message.calls for turn in before]
    assert before[0].usage.input_tokens == 700
    assert all(turn.usage == Usage() and turn.message.native is None for turn in after)


async def test_calls_are_made_under_the_rules_of_the_new_match(recorded: RunFolder, tmp_path: Path) -> None:
    run, organism = match(tmp_path, f"replay:{recorded.id}", "data-only"), echo_organism()
    await play(run, organism, make_brain(BrainSpec.parse(f"replay:{recorded.id}")), tmp_path)
    (refused, *_) = [event.data for event in read_events(run.events) if event.kind == "result"]
    assert refused["error"] is True
    assert "no tool 'chat' here" in str(refused["content"])


async def test_an_unfinished_recording_ends_with_an_error_that_says_so(recorded: RunFolder, tmp_path: Path) -> None:
    lines = recorded.events.read_bytes().splitlines(keepends=True)
    second = [event.index for event in read_events(recorded.events) if event.kind == "turn"][1]
    recorded.events.write_bytes(b"".join(lines[:second]))
    spec = BrainSpec.parse(f"replay:{recorded.id}")
    run = match(tmp_path, str(spec))
    with pytest.raises(BrainError, match=f"^replay:{recorded.id}: its 1 recorded turns are used up"):
        await play(run, echo_organism(), make_brain(spec), tmp_path)
    assert not run.finished


async def test_what_cannot_be_played_again(recorded: RunFolder, tmp_path: Path) -> None:
    for name in ("", "last"):
        with pytest.raises(BrainError, match="replay:<run>"):
            make_brain(BrainSpec.parse(f"replay:{name}"))
    with pytest.raises(BrainError, match=rf"replay:nope: no run 'nope' under runs; known: {recorded.id}"):
        make_brain(BrainSpec.parse("replay:nope"))
    guest = match(tmp_path, "mcp")
    with pytest.raises(BrainError, match="no turn to play again"):
        make_brain(BrainSpec.parse(f"replay:{guest.id}"))
    with EventLog(guest.events) as log:
        log.append("match", {})
    with pytest.raises(BrainError, match="no turn to play again"):
        make_brain(BrainSpec.parse(f"replay:{guest.id}"))
    recorded.events.write_bytes(recorded.events.read_bytes().replace(b"one", b"two", 1))
    with pytest.raises(BrainError, match="was edited"):
        make_brain(BrainSpec.parse(f"replay:{recorded.id}"))
