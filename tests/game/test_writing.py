"""A brain as writer, over the wire of both providers."""

import asyncio

import pytest

from agent import BrainError, BrainSpec
from game.writing import BrainWriter
from organism.foundry.universe import WriterError
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn, Script

KINDS = pytest.mark.parametrize("kind", ["anthropic", "openai"])


def writer(api: FakeAPI, kind: str) -> BrainWriter:
    return BrainWriter(BrainSpec.parse(f"{kind}:some-model", base_url=f"{api.url}/v1" if kind == "openai" else api.url))


async def failure(kind: str, script: Script) -> str:
    with FakeAPI(script) as api, pytest.raises(WriterError) as error:
        await writer(api, kind).write("S", "P", max_tokens=9)
    return str(error.value)


@KINDS
async def test_text_and_cost(kind: str) -> None:
    with FakeAPI([FakeTurn("A document.", tokens=(7, 100, 20, 5))]) as api:
        written = await writer(api, kind).write("You write.", "Write a memo.", max_tokens=321)
    assert (written.text, written.stop, written.input_tokens, written.output_tokens) == ("A document.", "end", 127, 5)
    (request,) = api.requests
    assert request.body["max_tokens"] == 321
    assert "You write." in str(request.body)
    assert "Write a memo." in str(request.body["messages"])
    assert "tools" not in request.body


@KINDS
async def test_refusals_and_cuts_are_told_apart_from_texts(kind: str) -> None:
    turns = [FakeTurn("No.", stop="refusal", detail="cyber"), FakeTurn("Half a", stop="truncated"), FakeTurn("")]
    with FakeAPI(turns) as api:
        one = writer(api, kind)
        stops = [(await one.write("S", "P", max_tokens=9)).stop for _ in turns]
    assert stops == ["refusal", "truncated", "end"]


@KINDS
async def test_what_passes_is_tried_again(kind: str) -> None:
    with FakeAPI([FakeFault(500), FakeTurn("At last.")]) as api:
        written = await writer(api, kind).write("S", "P", max_tokens=9)
    assert written.text == "At last."
    assert len(api.requests) == 2


@KINDS
async def test_what_does_not_pass_says_how_to_go_on(kind: str) -> None:
    said = await failure(kind, [FakeFault(401, "authentication_error")])
    assert "check the API key" in said
    assert "give the same command again to go on" in said


async def test_a_full_context_is_no_text() -> None:
    assert "use another model" in await failure("anthropic", [FakeTurn("", stop="context")])


@KINDS
def test_each_event_loop_has_connections_of_its_own(kind: str) -> None:
    with FakeAPI([FakeTurn("a"), FakeTurn("b")]) as api:
        one = writer(api, kind)
        assert [asyncio.run(one.write("S", "P", max_tokens=9)).text for _ in range(2)] == ["a", "b"]


@KINDS
async def test_many_write_at_once(kind: str) -> None:
    with FakeAPI(lambda _: FakeTurn("text")) as api:
        one = writer(api, kind)
        written = await asyncio.gather(*(one.write("S", f"P{number}", max_tokens=9) for number in range(20)))
    assert {text.text for text in written} == {"text"}
    assert len(api.requests) == 20


def test_who_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BrainError, match="'statistical' writes no texts; name one that does: anthropic:MODEL, openai:MODEL"):
        BrainWriter(BrainSpec.parse("statistical"))
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(BrainError, match="set ANTHROPIC_API_KEY"):
        BrainWriter(BrainSpec.parse("anthropic:some-model"))
