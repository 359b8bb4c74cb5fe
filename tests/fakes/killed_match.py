"""A match against the fake API in a process of its own, which kills itself behind an event. All processes are forked from one that has
loaded the libraries."""

import asyncio
import multiprocessing
import os
import signal
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import agent.brains.anthropic  # noqa: F401 - loaded here once, not in every fork
from agent import make_brain
from game.match import play
from game.spec import MatchSpec
from organism import ChatMessage, Continuation
from tests.fakes.scripted_brain import EchoModel, echo_organism
from transcripts import Event, RunFolder

# A process that was forked with it must not use it; no echo has training data to look into.
warnings.filterwarnings("ignore", message="lancedb fork support")
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


class NotingModel(EchoModel):
    """An echo that notes what it was asked, over all processes of a run."""

    def __init__(self, notes: Path) -> None:
        super().__init__()
        self._notes = notes

    async def chat(self, conversations: Sequence[list[ChatMessage]], **given: Any) -> list[Continuation]:
        """One reply a conversation."""
        with self._notes.open("a") as file:
            file.writelines(f"{messages[-1].content}\n" for messages in conversations)
        return await super().chat(conversations, **given)


def play_in_a_process(run: RunFolder, cache: Path, *, killed_behind: int | None = None) -> int:
    """Play what is left of a match; the exit code, which is -9 for a kill."""
    process = CONTEXT.Process(target=_play, args=(run, cache, killed_behind))
    process.start()
    process.join(60)
    assert process.exitcode is not None, "the match does not end"
    return process.exitcode


def asked(run: RunFolder) -> list[str]:
    """What the organism was asked in all of a run's processes."""
    return _notes(run).read_text().splitlines()


def _notes(run: RunFolder) -> Path:
    return run.path / "asked.txt"


def _play(run: RunFolder, cache: Path, killed_behind: int | None) -> None:
    def listen(event: Event) -> None:
        if event.index == killed_behind:
            os.kill(os.getpid(), signal.SIGKILL)

    organism = echo_organism()
    organism.model = NotingModel(_notes(run))
    asyncio.run(play(run, organism, make_brain(MatchSpec.read(run.spec).auditor), cache, listener=listen))
