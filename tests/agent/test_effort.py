"""How hard a model is told to think and how long its prompt is kept: what goes over the wire, what is refused, what it costs."""

from pathlib import Path
from typing import Any, get_args

import pytest

from agent import BrainError, BrainSpec, at_most, check_dollars, check_spec, find_model, make_brain
from agent.brains.anthropic import BUDGETS, INTERLEAVED
from agent.brains.openai import OpenAIBrain
from agent.messages import Message, ToolSpec
from agent.models import OURS, Effort, _models
from agent.pricing import cost
from tests.fakes.api_server import FakeAPI, FakeTurn
from tools import Budget
from transcripts import Usage

HELLO = [Message(role="user", text="Investigate.")]
TOOLS = [ToolSpec(name="chat", description="Talk.", parameters={"type": "object", "properties": {}})]
OLD = "{provider: anthropic, context_tokens: 200_000, max_output_tokens: 64_000, thinking: budget, efforts: [none, low, max]}"
SMALL = "{provider: anthropic, context_tokens: 9_000, max_output_tokens: 4_000, thinking: budget, efforts: [high]}"


@pytest.fixture(autouse=True)
def _models_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "models.yaml"
    path.write_text(f"old: {OLD}\nsmall: {SMALL}\n")
    monkeypatch.setenv("AUDITGAME_MODELS", str(path))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    monkeypatch.setenv("OPENAI_API_KEY", "k")


async def sent(name: str, **told: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and headers of one request."""
    with FakeAPI([FakeTurn("Done.")]) as api:
        turn = await make_brain(BrainSpec.parse(name, base_url=api.url, **told)).decide("You audit.", HELLO, TOOLS)
    assert turn.stop == "end"
    return api.requests[0].body, dict(api.requests[0].headers)


@pytest.mark.parametrize("effort", ["low", "medium", "high", "xhigh", "max"])
async def test_claude_thinks_as_it_finds_right_with_that_effort(effort: str) -> None:
    body, headers = await sent("anthropic:any-model", effort=effort)
    assert body["thinking"] == {"type": "adaptive"}
    assert body["output_config"] == {"effort": effort}
    assert "anthropic-beta" not in headers


@pytest.mark.parametrize(("model", "effort", "budget"), [("old", "low", 2048), ("old", "max", 16_000), ("small", "high", 2000)])
async def test_an_older_claude_is_told_so_in_tokens_and_keeps_some_for_its_answer(model: str, effort: str, budget: int) -> None:
    body, headers = await sent(f"anthropic:{model}", effort=effort)
    assert body["thinking"] == {"type": "enabled", "budget_tokens": budget}
    assert "output_config" not in body
    assert headers["anthropic-beta"] == INTERLEAVED["anthropic-beta"]


async def test_no_effort_is_no_thinking_and_none_given_is_the_models_own() -> None:
    assert (await sent("anthropic:old", effort="none"))[0]["thinking"] == {"type": "disabled"}
    assert not {"thinking", "output_config"} & set((await sent("anthropic:old"))[0])


async def test_openais_two_protocols_name_it_each_in_its_way() -> None:
    assert (await sent("openai:any-model", effort="minimal"))[0]["reasoning_effort"] == "minimal"
    assert "reasoning_effort" not in (await sent("openai:any-model"))[0]
    with FakeAPI([FakeTurn("Done.")] * 2) as api:
        for effort in ("xhigh", None):
            brain = make_brain(BrainSpec.parse("openai:any-model", base_url=api.url, effort=effort))
            assert isinstance(brain, OpenAIBrain)
            responses = OpenAIBrain("any-model", client=brain._client, protocol="responses", effort=effort)
            assert (await responses.decide("", HELLO, TOOLS)).stop == "end"
    assert api.requests[0].body["reasoning"] == {"effort": "xhigh"}
    assert "reasoning" not in api.requests[1].body


async def test_every_mark_of_the_cache_lives_as_long_as_is_asked_for() -> None:
    def marks(body: Any) -> list[Any]:
        if isinstance(body, dict):
            own = [body["cache_control"]] if "cache_control" in body else []
            return own + [mark for value in body.values() for mark in marks(value)]
        return [mark for value in body for mark in marks(value)] if isinstance(body, list) else []

    for cache, mark in (("1h", {"type": "ephemeral", "ttl": "1h"}), ("5m", {"type": "ephemeral"}), (None, {"type": "ephemeral"})):
        assert marks((await sent("anthropic:any-model", cache=cache))[0]) == [mark] * 3


@pytest.mark.parametrize(
    ("name", "told", "said"),
    [
        (
            "anthropic:claude-opus-4-6",
            {"effort": "xhigh"},
            "anthropic:claude-opus-4-6 has no effort 'xhigh'; known: none, low, medium, high, max",
        ),
        ("openai:gpt-4.1", {"effort": "low"}, "openai:gpt-4.1 has no effort 'low'; known: none can be chosen"),
        ("openai:gpt-5-2025-08-07", {"effort": "none"}, "openai:gpt-5-2025-08-07 has no effort 'none'; known: minimal, low, medium, high"),
        ("statistical", {"effort": "high"}, "statistical has no effort: it asks no model"),
        ("replay:some-run", {"effort": "high"}, "replay:some-run has no effort: it asks no model"),
        ("openai:gpt-5", {"cache": "1h"}, "openai:gpt-5: only Anthropic's models have a prompt cache whose life can be chosen"),
        ("statistical", {"cache": "5m"}, "statistical: only Anthropic's models have a prompt cache whose life can be chosen"),
    ],
)
def test_what_a_model_cannot_be_told_is_one_clear_line(name: str, told: dict[str, Any], said: str) -> None:
    spec = BrainSpec.parse(name, **told)
    for check in (check_spec, make_brain):
        with pytest.raises(BrainError) as caught:
            check(spec)
        assert str(caught.value) == said


def test_a_word_that_no_provider_knows_is_refused_when_it_is_read() -> None:
    with pytest.raises(BrainError, match="no effort 'huge'; known: none, minimal, low, medium, high, xhigh, max"):
        BrainSpec.parse("anthropic:any-model", effort="huge")
    with pytest.raises(BrainError, match="no life of a prompt cache '2h'; known: 5m, 1h"):
        BrainSpec.parse("anthropic:any-model", cache="2h")


def test_another_effort_is_another_auditor() -> None:
    spec = BrainSpec.parse("anthropic:any-model", effort="low")
    assert str(spec) == "anthropic:any-model@low"
    assert spec != BrainSpec.parse("anthropic:any-model")
    assert BrainSpec.model_validate_json(spec.model_dump_json()) == spec


def test_models_of_ours_can_be_told_what_their_way_of_thinking_allows() -> None:
    for model in _models(OURS).values():
        assert bool(model.efforts) == (model.thinking is not None)
        assert list(model.efforts) == [effort for effort in get_args(Effort) if effort in model.efforts]
        if model.thinking == "budget":
            assert set(model.efforts) <= {"none", *BUDGETS}
        if model.provider == "anthropic":
            for prices in filter(None, (model.prices, model.long_prices)):
                assert prices.cache_write_hour == pytest.approx(2 * prices.input)


def test_an_hours_cache_is_paid_as_such() -> None:
    short, long = (find_model(BrainSpec.parse("anthropic:claude-haiku-5-5", cache=life)) for life in (None, "1h"))
    assert short is not None
    assert long is not None
    for written, rates in ((50_000, (0.125, 0.2)), (200_000, (0.625, 1.0))):
        paid = [cost(model, Usage(cache_write_tokens=written)) for model in (short, long)]
        assert paid == pytest.approx([written * rate / 1e6 for rate in rates])
    bounds = [at_most(model, 50_000, 0) for model in (short, long)]
    assert bounds == pytest.approx([50_000 * 0.125 / 1e6, 50_000 * 0.2 / 1e6])
    fresh = Usage(input_tokens=9, cache_read_tokens=9, output_tokens=9)
    assert cost(short, fresh) == cost(long, fresh)


def test_a_cache_whose_price_is_not_known_cannot_keep_a_limit(tmp_path: Path) -> None:
    prices = "prices: {input: 1, cached_read: 1, cache_write: 1, output: 1}"
    (tmp_path / "models.yaml").write_text(f"mine: {{provider: anthropic, context_tokens: 9000, max_output_tokens: 900, {prices}}}")
    check_dollars(Budget(dollars=1), BrainSpec.parse("anthropic:mine"))
    with pytest.raises(BrainError, match="no price is known for anthropic:mine"):
        check_dollars(Budget(dollars=1), BrainSpec.parse("anthropic:mine", cache="1h"))
