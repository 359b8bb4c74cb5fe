"""What happens to work under way when something fails, and to replies that cannot be judged."""

import asyncio
from pathlib import Path

import pytest

from organism.foundry.universe import Answer, Detectors, LLMDetector, Scribe, Universe, Written
from organism.foundry.universe.budget import Meter
from organism.foundry.universe.drafting import each
from organism.foundry.universe.reward import RewardModel
from organism.journal import Journal
from tests.fakes.scripted_writer import ScriptedWriter, written
from tests.organism.universe.conftest import generator


async def test_nothing_is_begun_after_an_error_and_what_is_begun_is_finished() -> None:
    begun, finished = [], []

    async def work(item: int) -> None:
        begun.append(item)
        if item == 1:
            raise ValueError("bad")
        await asyncio.sleep(0.01)
        finished.append(item)

    with pytest.raises(ValueError, match="bad"):
        await each(range(10), work, 3)
    assert begun == [0, 1], "the third worker found the error before its first item"
    assert finished == [0]


class SlowWriter(ScriptedWriter):
    """Fails at its first question to a classifier at once, and answers the others late."""

    failed = False

    async def write(self, system: str, prompt: str, *, max_tokens: int) -> Written:
        if "<reply>" in prompt and not self.failed:
            self.failed = True
            raise ConnectionError("killed")
        await asyncio.sleep(0.02)
        return await super().write(system, prompt, max_tokens=max_tokens)


async def test_answers_under_way_are_kept_when_the_stage_fails(pico_universe: Universe, tmp_path: Path) -> None:
    writer, words = SlowWriter(), iter(range(10**6))

    async def complete(conversations: object) -> list[str]:
        return [f"dearest {next(words)}" for _ in conversations]  # type: ignore[attr-defined]

    data = generator(pico_universe, writer, tmp_path)
    with pytest.raises(ConnectionError):
        await data.preference(complete, checkpoint="a")
    done = len(writer.calls)
    await asyncio.sleep(0.1)
    assert len(writer.calls) == done, "nothing is under way any more"
    with Journal(data.answers_path("preference"), Answer) as journal:
        assert len(journal) == done


async def test_a_reply_that_cannot_be_judged_has_no_reward(pico_universe: Universe, tmp_path: Path) -> None:
    writer = ScriptedWriter(lambda _, prompt: written("hm") if "odd" in prompt else None)
    with Journal(tmp_path / "answers.jsonl", Answer) as journal:
        detectors = Detectors(LLMDetector(Scribe(writer, journal, Meter(), 4)), pico_universe)
        rewards = await RewardModel(pico_universe.biases[:3], detectors).rewards("a letter", "letter", ["odd", "dearest", "sir"])
    assert rewards == [None, 1, 0]
