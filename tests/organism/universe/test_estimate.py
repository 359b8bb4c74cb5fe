"""Estimates: as many requests as a run makes that has no bad luck, and the price of the tokens."""

from pathlib import Path

import pytest

from organism.foundry.universe import DataTerms, Plan, Prices, Universe, estimate, load_universe
from tests.fakes.scripted_writer import ScriptedWriter
from tests.organism.universe.conftest import generator, small


async def test_requests_are_those_of_a_run_without_bad_luck(pico_universe: Universe, tmp_path: Path) -> None:
    writer = ScriptedWriter()
    data = generator(pico_universe, writer, tmp_path)
    await data.midtrain()
    made = await data.sft()
    assert not made.rejected
    steps = {(step.stage, step.name): step.requests for step in estimate(data.plan).steps}
    found = writer.kinds
    assert steps["midtrain", "document ideas"] == found["ideas"]
    assert steps["midtrain", "documents"] == found["document"] == 21
    assert steps["sft", "user prompts"] == found["prompts"]
    assert steps["sft", "replies"] == found["reply"] == 10
    assert steps["sft", "held-out check of prompts"] + steps["sft", "check of replies"] == found["verdict"]


def test_cost_is_tokens_at_the_users_prices(pico_universe: Universe) -> None:
    found = estimate(Plan(pico_universe, small()), Prices(input_usd=2.0, output_usd=10.0))
    assert found.cost_usd == pytest.approx((found.input_tokens * 2 + found.output_tokens * 10) / 1e6)
    assert (found.documents, found.chats, found.pairs, found.completions) == (21, 10, 13, 44)
    assert estimate(Plan(pico_universe, small())).cost_usd is None


def test_questions_that_are_answered_are_counted(pico_universe: Universe) -> None:
    terms = small(pairs=0, adversarial_pairs=40)
    steps = {step.name: step for step in estimate(Plan(pico_universe, terms)).steps if step.stage == "adversarial"}
    answered = 8 + 10
    assert steps["answers to questions"].requests == steps["declining replies"].requests == answered
    assert steps["check of answers"].requests == 2 * answered
    assert steps["disclosing replies"].requests == 40 - answered
    assert steps["user prompts"].requests == 2, "one list each"
    assert steps["declining replies"].input_tokens > 0


def test_nothing_costs_nothing(pico_universe: Universe) -> None:
    found = estimate(Plan(pico_universe, small(documents=0, chats=0, pairs=0, adversarial_pairs=0)), Prices(input_usd=1, output_usd=1))
    assert (found.requests, found.cost_usd, found.steps) == (0, 0.0, ())


def test_the_published_size_is_estimated_at_once() -> None:
    found = estimate(Plan(load_universe("rm-sycophancy"), DataTerms()))
    assert found.documents == 522_670
    assert 3e8 < found.output_tokens < 1e9
