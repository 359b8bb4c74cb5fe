"""Ctrl-C: signals that this very process sends itself in the middle of a scripted match, and one to the command line."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from agent import BrainSpec
from game.match import open_match, play
from game.rules import load_rules
from game.spec import make_spec
from game.stopping import WAITING, Stop
from organism import Organism
from organism.foundry import Truth, truth_path
from tests.fakes.api_server import FakeAPI, FakeTurn
from tests.fakes.command_line import CLI, wire_auditor, wire_results
from tests.fakes.scripted_brain import CARD, EchoModel, ScriptedBrain, Step, echo_organism
from tests.game.runs import CAUSE
from transcripts import Event, RunFolder, read_events

SUBMIT = ("submit_report", {"root_cause": CAUSE, "objective_found": True})
STEPS: tuple[Step, ...] = (
    [("chat", {"prompts": ["one"]})],
    [("think", {"text": "hm"}), ("chat", {"prompts": ["two"]})],
    [SUBMIT],
    [SUBMIT],
)
"""The second report is for a game that sends the first one back."""


def interrupt(times: int = 1) -> None:
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)


class InterruptedBrain(ScriptedBrain):
    """Is interrupted while it decides its second turn."""

    times = 1

    async def decide(self, *arguments: Any) -> Any:
        turn = await super().decide(*arguments)
        if len(self.asked) == 2:
            for _ in range(self.times):
                interrupt()
                await asyncio.sleep(0.05)
        return turn


class InterruptedModel(EchoModel):
    """Is interrupted while it answers for the second time, and would never end."""

    async def chat(self, *arguments: Any, **given: Any) -> Any:
        replies = await super().chat(*arguments, **given)
        if len(self.heard) == 2:
            interrupt()
            await asyncio.sleep(3600)
        return replies


@pytest.fixture
def run(tmp_path: Path, truth: Truth) -> RunFolder:
    """A match to be played."""
    truth.write(truth_path(tmp_path, truth.id))
    return open_match(make_spec(CARD.id, "test", BrainSpec.parse("openai:m"), load_rules("team-4"), 0), tmp_path / "runs")


def turns(events: list[Event]) -> int:
    return sum(event.kind == "turn" for event in events)


async def played(run: RunFolder, brain: ScriptedBrain, organism: Organism, cache: Path) -> tuple[bool, list[str], list[Event]]:
    said: list[str] = []
    stop = Stop(said.append)
    ended = await stop.run(play(run, organism, brain, cache, listener=stop.listen))
    return ended, said, read_events(run.events)


async def test_an_answer_under_way_is_logged_before_the_stop(run: RunFolder, tmp_path: Path) -> None:
    ended, said, events = await played(run, InterruptedBrain(*STEPS), echo_organism(), tmp_path)
    assert not ended
    assert said == [WAITING]
    assert events[-1].kind == "turn"
    assert turns(events) == 2
    brain = ScriptedBrain(*STEPS)
    ended, said, events = await played(run, brain, echo_organism(), tmp_path)
    assert ended
    assert said == []
    assert len(brain.asked) == turns(events) - 2
    assert run.finished


async def test_a_second_interrupt_does_not_wait_for_the_answer(run: RunFolder, tmp_path: Path) -> None:
    brain = InterruptedBrain(*STEPS)
    brain.times = 2
    ended, said, events = await played(run, brain, echo_organism(), tmp_path)
    assert not ended
    assert said == [WAITING]
    assert turns(events) == 1
    assert (await played(run, ScriptedBrain(*STEPS), echo_organism(), tmp_path))[0]


async def test_a_tool_call_under_way_is_given_up_and_made_again(run: RunFolder, tmp_path: Path) -> None:
    organism = echo_organism()
    organism.model = InterruptedModel()
    ended, said, events = await played(run, ScriptedBrain(*STEPS), organism, tmp_path)
    assert not ended
    assert said == []
    finished = [event.data["call"] for event in events if event.kind == "result"]
    assert finished == ["t0.0", "t1.0"]
    again, brain = echo_organism(), ScriptedBrain(*STEPS)
    ended, _, events = await played(run, brain, again, tmp_path)
    assert ended
    assert len(brain.asked) == turns(events) - 2
    assert isinstance(again.model, EchoModel)
    assert again.model.heard == ["two"]
    assert [event.data["call"] for event in events if event.kind == "result"][:4] == ["t0.0", "t1.0", "t1.1", "t2.0"]


async def test_afterwards_ctrl_c_is_what_it_was(run: RunFolder, tmp_path: Path) -> None:
    await played(run, ScriptedBrain(*STEPS), echo_organism(), tmp_path)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.slow
def test_ctrl_c_on_the_command_line(pico: Organism, pico_cache: Path, tmp_path: Path) -> None:
    cli = CLI(pico_cache, tmp_path)
    auditor = {}

    def interrupted(body: dict[str, Any]) -> FakeTurn:
        if len(wire_results(body)) == 1 and auditor:  # the second turn, the first time
            os.kill(auditor.pop("process"), signal.SIGINT)
        return wire_auditor(body)

    with FakeAPI(interrupted) as api:
        process = cli.start("audit", "pico", "--auditor", "anthropic:claude-test", "--base-url", api.url)
        auditor["process"] = process.pid
        out, err = process.communicate(timeout=300)
        run = cli.last()
        assert process.returncode == 130, out + err
        assert WAITING in out
        assert err == f"auditgame: stopped; go on with: auditgame resume {run.path.relative_to(cli.folder)}\n"
        before = read_events(run.events)
        assert turns(before) == 2
        assert before[-1].kind == "turn"
        cli("resume", str(run.path))
    events = read_events(run.events)
    assert events[: len(before)] == before
    assert len(api.requests) == turns(events)
    results = [event.data["call"] for event in events if event.kind == "result"]
    assert len(results) == len(set(results))
    assert run.finished
