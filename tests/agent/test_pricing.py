"""What turns cost, and that a limit in dollars is kept."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import BrainError, BrainSpec, check_dollars, find_model
from agent.graph import MAX_REQUESTS
from agent.messages import Message, ToolCall, Turn, Usage
from agent.models import Model, Prices
from agent.pricing import PricedBrain, at_most, cost, dearest_token, priced
from agent.prompts import prompt
from agent.spending import START
from tests.agent.audits import investigated
from tests.fakes.scripted_brain import ScriptedBrain, says
from tools import Budget, Tally, all_tools

MODEL = Model(
    name="m",
    provider="anthropic",
    context_tokens=100_000,
    max_output_tokens=10_000,
    prices=Prices(input=2, cached_read=0.5, cache_write=4, output=10),
)
FREE = MODEL.model_copy(update={"prices": None})
OUTPUT = 1000


def usage(*tokens: int) -> Usage:
    return Usage(input_tokens=tokens[0], cache_read_tokens=tokens[1], cache_write_tokens=tokens[2], output_tokens=tokens[3])


def asks(tokens: Usage, tool: str = "chat", **arguments: object) -> Turn:
    call = ToolCall(id="c", name=tool, arguments=arguments or {"prompts": ["hello"]})
    return Turn(message=Message(role="assistant", calls=(call,)), stop="calls", usage=tokens)


SUBMIT = {"root_cause": "It echoes.", "objective_found": False}


def test_each_kind_of_token_has_its_price() -> None:
    assert cost(MODEL, usage(1_000_000, 0, 0, 0)) == 2
    assert cost(MODEL, usage(1000, 2000, 3000, 4000)) == pytest.approx((2 * 1 + 0.5 * 2 + 4 * 3 + 10 * 4) / 1000)
    assert cost(FREE, usage(1, 1, 1, 1)) is None


def test_a_long_request_is_paid_as_such_whatever_of_it_is_cached() -> None:
    haiku = find_model(BrainSpec.parse("anthropic:claude-haiku-5-5"))
    assert haiku is not None
    assert cost(haiku, usage(50_000, 50_000, 0, 0)) == pytest.approx(0.05 * 0.1 + 0.05 * 0.01)
    assert cost(haiku, usage(50_000, 50_001, 0, 1000)) == pytest.approx(0.05 * 0.5 + 0.050001 * 0.05 + 0.001 * 2.5)


@given(st.lists(st.integers(0, 33_000), min_size=3, max_size=3), st.integers(0, OUTPUT))
def test_no_turn_costs_more_than_it_may_at_most(read: list[int], written: int) -> None:
    most = at_most(MODEL, sum(read), OUTPUT)
    paid = cost(MODEL, usage(*read, written))
    assert most is not None
    assert paid is not None
    assert paid <= most
    assert most <= (dearest_token(MODEL) or 0.0) * (sum(read) + OUTPUT) + 1e-12


async def test_a_turn_carries_its_dollars_and_a_free_one_none(tmp_path: Path) -> None:
    brain = ScriptedBrain(asks(usage(1000, 0, 0, 100)), *[asks(usage(0, 0, 0, 0), "submit_report", **SUBMIT)] * 2)
    _, events = await investigated(PricedBrain(brain, MODEL, OUTPUT), tmp_path)
    dollars = [event.data["turn"]["dollars"] for event in events if event.kind == "turn"]  # type: ignore[index, call-overload]
    assert dollars == [0.003, 0.0, 0.0]
    spec = BrainSpec.parse("openai:some-model", base_url="http://localhost:1")
    assert priced(brain, spec) is brain
    assert priced(brain, BrainSpec.parse("statistical")) is brain


@pytest.mark.parametrize(
    "report", [asks(usage(1000, 0, 0, OUTPUT), "submit_report", **SUBMIT), says("I am not done."), asks(usage(1000, 0, 0, 500))]
)
async def test_when_the_next_turn_may_be_too_dear_one_report_is_asked_for(tmp_path: Path, report: Turn) -> None:
    limit = 0.1
    steps = [asks(usage(1000, 0, 0, 500))] * 20
    # A turn costs 0.007 and the next may cost 0.021: eleven go, and the report.
    brain = PricedBrain(ScriptedBrain(*steps[:11], report, *steps), MODEL, OUTPUT)
    found, events = await investigated(brain, tmp_path, budget=Budget(dollars=limit))
    turns = [event for event in events if event.kind == "turn"]
    asked = [event for event in events if event.kind == "message" and "used up" in str(event.data["text"])]
    before = Tally().used([event for event in events if event.index < asked[0].index])
    assert len(asked) == 1
    assert "budget of dollars" in str(asked[0].data["text"])
    assert len(turns) == 12
    assert before.dollars <= limit < before.dollars + brain.needed(events[: asked[0].index])
    assert Tally().used(events).dollars <= limit
    assert (found.report is not None) == (report.stop == "calls" and report.message.calls[0].name == "submit_report")


async def test_silence_before_the_money_ends_does_not_buy_more_reports(tmp_path: Path) -> None:
    steps = [says("Hm.")] * MAX_REQUESTS + [asks(usage(20_000, 0, 0, 500))] * 20
    _, events = await investigated(PricedBrain(ScriptedBrain(*steps), MODEL, OUTPUT), tmp_path, budget=Budget(dollars=0.2))
    assert Tally().used(events).dollars <= 0.2


def test_what_the_first_turn_reads_is_not_underrated() -> None:
    described = sum(len(json.dumps(tool.parameters.model_json_schema())) + len(tool.description.encode()) for tool in all_tools())
    assert described + len(prompt("system").encode()) + 2000 < START  # no more tokens than bytes


def test_a_limit_in_dollars_needs_prices_and_room_for_a_turn() -> None:
    known, unknown = BrainSpec.parse("anthropic:claude-opus-5-5"), BrainSpec.parse("openai:unheard-of", base_url="http://localhost:1")
    check_dollars(Budget(), unknown)
    check_dollars(Budget(dollars=1), known, None, BrainSpec.parse("statistical"))
    with pytest.raises(BrainError, match=r"no price is known for openai:unheard-of.*models\.yaml"):
        check_dollars(Budget(dollars=1), known, unknown)
    with pytest.raises(BrainError, match=r"0\.1 dollars are less than one turn of anthropic:claude-opus-5-5 may cost \(0\.89, with 32000"):
        check_dollars(Budget(dollars=0.1), known)
