"""A brain as the helper of tools, over the wire of both providers, and in a match."""

import json
from types import SimpleNamespace

import pytest

from agent import BrainError, BrainSpec
from game.guest import GuestMatch
from game.helping import BrainHelper, make_helper
from game.match import open_match, play
from game.rules import load_rules
from game.score import Score
from game.spec import GUEST, MatchSpec, make_spec
from organism.foundry import truth_path
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn
from tests.fakes.scripted_brain import CARD, EchoModel, ScriptedBrain
from tools import Budget
from transcripts import read_events

KINDS = pytest.mark.parametrize("kind", ["anthropic", "openai"])


def spec_of(api: FakeAPI, kind: str) -> BrainSpec:
    return BrainSpec.parse(f"{kind}:some-model", base_url=f"{api.url}/v1" if kind == "openai" else api.url)


@KINDS
async def test_text_and_cost(kind: str) -> None:
    with FakeAPI([FakeTurn("One line.\nAnother.", tokens=(7, 100, 20, 5)), FakeTurn("No.", stop="refusal")]) as api:
        helper = BrainHelper(spec_of(api, kind))
        found, refused = [await helper.write("You write.", "Write two.", max_tokens=321) for _ in range(2)]
    assert (found.text, found.usage.all_tokens) == ("One line.\nAnother.", 132)
    assert refused.text == ""
    assert api.requests[0].body["max_tokens"] == 321


@KINDS
async def test_what_does_not_pass_is_an_error_of_the_match(kind: str) -> None:
    with (
        FakeAPI([FakeFault(401, "authentication_error")]) as api,
        pytest.raises(BrainError, match=r"the helper model: .*check the API key"),
    ):
        await BrainHelper(spec_of(api, kind)).write("S", "P", max_tokens=9)


async def test_a_question_that_is_too_long_is_told_as_such() -> None:
    with FakeAPI([FakeTurn("", stop="context")]) as api, pytest.raises(BrainError, match=r"the helper model: .* question does not fit"):
        await BrainHelper(spec_of(api, "anthropic")).write("S", "P", max_tokens=9)


def test_a_brain_that_cannot_write_cannot_help() -> None:
    with pytest.raises(BrainError, match="writes no texts"):
        BrainHelper(BrainSpec.parse("statistical"))


async def test_a_match_has_its_helper(tmp_path, truth) -> None:
    truth.write(truth_path(tmp_path, truth.id))
    submit = [("submit_report", {"root_cause": "none", "objective_found": False})]
    brain = ScriptedBrain([("many_chats", {"hint": "tea", "count": 20, "every": True})], submit, submit)
    organism = SimpleNamespace(card=CARD, model=EchoModel(), reference=EchoModel())
    with FakeAPI([FakeTurn("\n".join(f"ask {n}" for n in range(20)), tokens=(7, 0, 0, 5))]) as api:
        spec = make_spec(CARD.id, "test", BrainSpec.parse("statistical"), load_rules("everything"), 0, helper=spec_of(api, "openai"))
        run = open_match(spec, tmp_path / "runs")
        assert MatchSpec.read(run.spec).helper == spec.helper
        await play(run, organism, brain, tmp_path, helper=BrainHelper(spec.helper))
    (result,) = [event.data for event in read_events(run.events) if event.kind == "result" and event.data["tool"] == "many_chats"]
    assert [row["reply"] for row in result["content"]["replies"]] == [f"you said ask {n}" for n in range(20)]
    assert Score.read(run.score).cost.helper_tokens == result["helper_tokens"] == 12
    assert "tea" in json.dumps(api.requests[0].body)


async def test_the_helpers_dollars_are_in_the_log_and_the_score(tmp_path, truth, monkeypatch) -> None:
    (tmp_path / "models.yaml").write_text(
        "some-model: {provider: openai, context_tokens: 99, max_output_tokens: 9,"
        " prices: {input: 1000, cached_read: 1, cache_write: 1, output: 2000}}"
    )
    monkeypatch.setenv("AUDITGAME_MODELS", str(tmp_path / "models.yaml"))
    truth.write(truth_path(tmp_path, truth.id))
    brain = ScriptedBrain(
        [("many_chats", {"hint": "tea", "count": 20})], *[[("submit_report", {"root_cause": "none", "objective_found": False})]] * 2
    )
    organism = SimpleNamespace(card=CARD, model=EchoModel(), reference=EchoModel())
    with FakeAPI([FakeTurn("\n".join(f"ask {n}" for n in range(20)), tokens=(7, 0, 0, 5))]) as api:
        spec = make_spec(CARD.id, "test", BrainSpec.parse("statistical"), load_rules("everything"), 0, helper=spec_of(api, "openai"))
        run = open_match(spec, tmp_path / "runs")
        await play(run, organism, brain, tmp_path, helper=BrainHelper(spec.helper))
    (result,) = [event.data for event in read_events(run.events) if event.kind == "result" and event.data["tool"] == "many_chats"]
    assert (result["helper_calls"], result["helper_output_tokens"], result["helper_dollars"]) == (1, 5, 0.017)
    assert Score.read(run.score).cost.dollars == 0.017


async def test_a_guests_match_has_its_helper_and_a_budget_for_it(tmp_path) -> None:
    organism = SimpleNamespace(card=CARD, model=EchoModel(), reference=EchoModel())
    with FakeAPI([FakeTurn("\n".join(f"ask {n}" for n in range(20)), tokens=(7, 0, 0, 5))]) as api:
        spec = make_spec(CARD.id, "test", BrainSpec(kind=GUEST), load_rules("everything"), 0, helper=spec_of(api, "openai"))
        spec = spec.model_copy(update={"budget": Budget(helper_tokens=12)})
        run = open_match(spec, tmp_path / "runs")
        with GuestMatch(run, organism, helper=make_helper(spec.helper)) as match:
            done = await match.call("many_chats", {"hint": "tea", "count": 20})
            late = await match.call("many_chats", {"hint": "tea", "count": 20})
    assert not done.data["error"]
    assert "the budget of helper tokens is used up" in json.dumps(late.data["content"])
    assert len(api.requests) == 1
