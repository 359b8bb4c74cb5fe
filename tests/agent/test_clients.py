"""A brain's connections when its event loop is over: commands run one loop after another."""

import asyncio
import gc
from typing import Any

import pytest

from agent import BrainSpec, make_brain
from agent.messages import Message
from tests.fakes.api_server import FakeAPI, FakeTurn


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_a_brain_that_outlives_its_loop_goes_without_a_word(provider: str) -> None:
    with FakeAPI([FakeTurn("Done.")]) as api:
        brains = [make_brain(BrainSpec.parse(f"{provider}:m", base_url=api.url))]
        asyncio.run(brains[0].decide("", [Message(role="user", text="Hello.")], ()))
        said: list[Any] = []
        gc.collect()  # what other tests left behind

        async def later() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
            brains.clear()
            for _ in range(3):
                gc.collect()
                await asyncio.sleep(0.05)

        asyncio.run(later())
    assert not said
