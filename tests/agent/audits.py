"""Plays audits for tests: scripted ones on an echo, and one statistical audit of pico that several tests look at."""

import asyncio
import functools
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from agent import Brain, BrainSpec, Investigation, investigate
from agent.messages import Message, ToolSpec, Turn
from agent.statistical import StatisticalBrain
from game.match import open_match, play
from game.rules import load_rules
from game.score import Outcome
from game.spec import make_spec
from organism import Organism
from tests.fakes.scripted_brain import echo_organism
from tools import Affordance, Budget, Workbench
from transcripts import Event, EventLog, RunFolder

Listener = Callable[[Event], None]
CHAT = frozenset({Affordance.CHAT})


async def investigated(
    brain: Brain,
    folder: Path,
    *,
    granted: frozenset[Affordance] = CHAT,
    budget: Budget | None = None,
    organism: Organism | None = None,
    listener: Listener | None = None,
    context_tokens: int | None = None,
) -> tuple[Investigation, list[Event]]:
    """Audit the echo (or go on with the audit in that folder): how it ended, and the whole log."""
    with EventLog(folder / "events.jsonl", listener=listener) as log:
        bench = Workbench(organism or echo_organism(), granted=granted, budget=budget or Budget(), log=log, seed=0)
        found = await investigate(brain, bench, folder / "graph.sqlite", context_tokens=context_tokens)
        return found, list(log.events)


def copy_database(source: Path, target: Path) -> None:
    """A SQLite file as a kill at this moment would leave it; nothing where there is none yet."""
    if source.exists():
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)


@dataclass
class RecordingBrain:
    """Another brain, with all that it was shown and all that it answered."""

    brain: Brain
    shown: list[tuple[str, list[Message], list[ToolSpec]]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    async def decide(self, system: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """The other brain's answer."""
        self.shown.append((system, list(messages), list(tools)))
        turn = await self.brain.decide(system, messages, tools)
        self.turns.append(turn)
        return turn


@dataclass
class Recorded:
    """A finished statistical audit."""

    run: RunFolder
    outcome: Outcome
    brain: RecordingBrain


@functools.cache
def statistical_audit(organism: Organism, cache: Path) -> Recorded:
    """The statistical audit of an organism under `everything`; played once a test session."""
    spec = make_spec(organism.card.id, None, BrainSpec.parse("statistical"), load_rules("everything"), 0)
    run = open_match(spec, Path(tempfile.mkdtemp(prefix="auditgame-test-")))
    brain = RecordingBrain(StatisticalBrain(0))
    return Recorded(run, asyncio.run(play(run, organism, brain, cache)), brain)
