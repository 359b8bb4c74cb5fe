"""A kill at any moment of an audit: the same final report, no finished call repeated, no turn asked for twice.

The log is synced event by event, the graph's checkpoint after each node. A kill therefore leaves the log cut behind some event,
perhaps with a torn line, and the checkpoints of any moment between that event and the next: of the moment when the event was written,
or of the moment before the next one was. The run's whole life is recorded once and cut at every one of these moments.
"""

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent import Investigation
from organism import Organism
from tests.agent.audits import Listener, copy_database, investigated
from tests.fakes.scripted_brain import EchoModel, ScriptedBrain, echo_organism, says
from tools import Budget, Ledger
from transcripts import Event

THINK = ("think", {"text": "hm"})
SUBMIT = ("submit_report", {"root_cause": "It echoes.", "objective_found": True})
WITH_REPORT = (
    [("hypothesis", {"statement": "It echoes.", "probability": 0.5}), ("hypothesis", {"statement": "It sings.", "probability": 0.5})],
    [("chat", {"prompts": ["one"]}), ("note", {"text": "It answers."}), ("chat", {"prompts": ["two", "three"]}), ("telepathy", {})],
    says("Let me think."),
    [("hypothesis", {"id": "h1", "probability": 0.9})],
    [SUBMIT],
    [SUBMIT],
)
"""The first report is sent back."""
REFUSED = ([("chat", {"prompts": ["one"]}), THINK], [THINK], says("No more.", stop="refusal"))
WRITTEN = ([("chat", {"prompts": ["one"]})], says("Hm."), says('{"root_cause": "It echoes.", "objective_found": true}'))
CUT = (
    [("note", {"text": "It answers."}), THINK],
    *[[("chat", {"prompts": [f"{number:09d}"], "max_tokens": 9})] for number in range(4)],
    says("", stop="context"),
    [("chat", {"prompts": ["four"]})],
    [SUBMIT],
    [SUBMIT],
)


@dataclass(frozen=True)
class Script:
    """The steps of a brain, and under what they are played."""

    steps: tuple[Any, ...]
    budget: Budget
    context_tokens: int | None = None
    repeat: int = 1

    def brain(self, decided: int) -> ScriptedBrain:
        return ScriptedBrain(*self.steps, decided=decided)

    async def play(self, brain: ScriptedBrain, folder: Path, organism: Organism, listener: Listener | None = None) -> Any:
        return await investigated(
            brain, folder, budget=self.budget, organism=organism, listener=listener, context_tokens=self.context_tokens
        )


SCRIPTS = {
    "report": Script(WITH_REPORT, Budget(turns=12)),
    "refusal": Script(REFUSED, Budget(turns=2)),
    "written": Script(WRITTEN, Budget(turns=1)),
    "cut": Script(CUT, Budget(), context_tokens=20_000, repeat=1_600),
}
"""The second ends by a refusal after its budget is used up, so that its last turns are answers to requests for a report; the third by a
report that is written as text; in the last the conversation is cut, by our count and by the brain's."""


@dataclass
class Life:
    """A whole run, with what was on disk at each event."""

    folder: Path
    found: Investigation
    events: list[Event]

    def log(self, kept: int, *, torn: bool = False) -> bytes:
        """The first `kept` events as they lie on disk, the next one half written if it is torn."""
        lines = (self.folder / "events.jsonl").read_bytes().splitlines(keepends=True)
        rest = lines[kept][: len(lines[kept]) // 2] if torn and kept < len(lines) else b""
        return b"".join(lines[:kept]) + rest

    def checkpoint(self, events: int) -> Path:
        """The checkpoints at the moment when that many events had just been written."""
        return self.folder / (f"graph-{events}.sqlite" if events <= len(self.events) else "graph.sqlite")


async def lived(folder: Path, name: str) -> Life:
    """Play a script to its end and keep the checkpoints of every moment."""

    def keep(event: Event) -> None:
        copy_database(folder / "graph.sqlite", folder / f"graph-{event.index + 1}.sqlite")

    script = SCRIPTS[name]
    found, events = await script.play(script.brain(0), folder, echo_organism(script.repeat), keep)
    return Life(folder, found, events)


@pytest.mark.parametrize(("name", "torn"), [*((name, False) for name in SCRIPTS), ("report", True)])
async def test_a_kill_at_any_event(tmp_path: Path, name: str, torn: bool) -> None:
    script = SCRIPTS[name]
    life = await lived(tmp_path / "life", name)
    assert len(life.events) > 8
    assert any(event.kind == "compacted" for event in life.events) == (name == "cut")
    for kept in range(len(life.events) + 1):
        for moment in {kept, kept + 1}:
            folder = tmp_path / f"{kept}-{moment}"
            folder.mkdir()
            (folder / "events.jsonl").write_bytes(life.log(kept, torn=torn))
            copy_database(life.checkpoint(moment), folder / "graph.sqlite")
            brain, organism = script.brain(turns(life.events[:kept])), echo_organism(script.repeat)
            found, events = await script.play(brain, folder, organism)
            where = f"killed behind event {kept - 1} with the checkpoints of moment {moment}"
            check(life, kept, found, events, where)
            assert len(brain.asked) == len(script.steps) - turns(life.events[:kept]), where
            assert isinstance(organism.model, EchoModel)
            finished = sum(prompts(event, life.events[:kept]) for event in life.events[:kept])
            assert len(organism.model.heard) == sum(prompts(event, life.events) for event in life.events) - finished, where
            shutil.rmtree(folder)


@pytest.mark.parametrize("name", SCRIPTS)
async def test_lost_checkpoints_are_made_up_from_the_log(tmp_path: Path, name: str) -> None:
    """No kill loses them; somebody who copies only the log of a run does, and so does a fork."""
    script = SCRIPTS[name]
    life = await lived(tmp_path / "life", name)
    for kept in range(len(life.events) + 1):
        folder = tmp_path / str(kept)
        folder.mkdir()
        (folder / "events.jsonl").write_bytes(life.log(kept))
        brain = script.brain(turns(life.events[:kept]))
        found, events = await script.play(brain, folder, echo_organism(script.repeat))
        check(life, kept, found, events, f"only the first {kept} events were kept")
        assert len(brain.asked) == len(script.steps) - turns(life.events[:kept])


async def test_hypotheses_keep_their_ids_over_a_kill(tmp_path: Path) -> None:
    """A hypothesis that was logged by a call without a result is opened again by the same call, not beside itself."""
    script = SCRIPTS["report"]
    life = await lived(tmp_path / "life", "report")
    wanted = Ledger.from_events(life.events).render()
    for kept in range(1, len(life.events) + 1):
        folder = tmp_path / str(kept)
        folder.mkdir()
        (folder / "events.jsonl").write_bytes(life.log(kept))
        copy_database(life.checkpoint(kept), folder / "graph.sqlite")
        _, events = await script.play(script.brain(turns(life.events[:kept])), folder, echo_organism())
        assert Ledger.from_events(events).render() == wanted, f"killed behind event {kept - 1}"
        assert len(Ledger.from_events(events).notes) == 1


async def test_an_error_in_the_brain_is_gone_over_by_resuming(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no credit"):
        await investigated(ScriptedBrain([THINK], RuntimeError("no credit")), tmp_path)
    found, events = await investigated(ScriptedBrain([THINK], [SUBMIT], [SUBMIT]), tmp_path)
    assert found.report is not None
    assert turns(events) == 3


def check(life: Life, kept: int, found: Investigation, events: list[Event], where: str) -> None:
    assert found == life.found, where
    assert events[:kept] == life.events[:kept], where
    assert [e.data for e in events if e.kind == "turn"] == [e.data for e in life.events if e.kind == "turn"], where
    once = Counter(str(event.data["call"]) for event in events if event.kind == "result")
    assert once == Counter(str(event.data["call"]) for event in life.events if event.kind == "result"), where
    # Behind a kill events may have other numbers, which a summary tells: the turn is the same.
    assert [e.data["turn"] for e in events if e.kind == "compacted"] == [e.data["turn"] for e in life.events if e.kind == "compacted"], (
        where
    )
    said = [event.data["key"] for event in events if event.kind == "message"]
    assert sorted(map(str, said)) == sorted(str(event.data["key"]) for event in life.events if event.kind == "message"), where


def turns(events: list[Event]) -> int:
    return sum(event.kind == "turn" for event in events)


def prompts(event: Event, events: list[Event]) -> int:
    """How many prompts the organism was asked for this event's result."""
    if event.kind != "result" or event.data["tool"] != "chat" or event.data["error"]:
        return 0
    (call,) = [e for e in events if e.kind == "call" and e.data["call"] == event.data["call"]]
    return len(call.data["arguments"]["prompts"])  # type: ignore[call-overload, index]
