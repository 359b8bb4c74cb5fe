"""One purse for several matches: it lets them begin, stops them all when it is spent, and remembers what was paid."""

from types import SimpleNamespace

import pytest

from agent import BrainError, BrainSpec
from agent.messages import Usage
from game.match import open_match, play
from game.purse import Purse, PurseLimits, PurseSpentError
from game.rules import load_rules
from game.score import Outcome
from game.spec import make_spec
from organism.foundry import truth_path
from tests.fakes.scripted_brain import CARD, ScriptedBrain
from transcripts import read_events

ORGANISM = SimpleNamespace(card=CARD)
THINK = [("think", {"text": "hm"})]
SUBMIT = [("submit_report", {"root_cause": "none", "objective_found": False})]


class Paid:
    """A scripted brain each of whose turns costs a dollar and 100 tokens."""

    def __init__(self, *steps):
        self.brain = ScriptedBrain(*steps)

    async def decide(self, system, messages, tools):
        turn = await self.brain.decide(system, messages, tools)
        return turn.model_copy(update={"usage": Usage(input_tokens=90, output_tokens=10), "dollars": 1.0})


@pytest.fixture
def match(tmp_path, truth):
    truth.write(truth_path(tmp_path, truth.id))
    return lambda: open_match(make_spec(CARD.id, "test", BrainSpec.parse("statistical"), load_rules("everything"), 0), tmp_path / "runs")


async def audit(purse, run, tmp_path, *steps):
    return await play(run, ORGANISM, Paid(*steps), tmp_path, listener=purse.begin(run))


async def test_matches_draw_on_one_purse_until_it_is_spent(tmp_path, match):
    purse = Purse(PurseLimits(dollars=3), tmp_path / "runs")
    await audit(purse, match(), tmp_path, SUBMIT, SUBMIT)
    assert purse.used() | {"minutes": 0} == {"matches": 1, "brain_tokens": 200, "dollars": 2.0, "minutes": 0}
    second = match()
    with pytest.raises(PurseSpentError, match="spent: 3 of 3 dollars"):
        await audit(purse, second, tmp_path, SUBMIT, SUBMIT)
    last = read_events(second.events)[-1]
    assert (last.kind, last.data["kind"]) == ("outcome", "errored")
    assert "purse" in last.data["reason"]
    third = match()
    with pytest.raises(PurseSpentError):
        purse.begin(third)
    assert not third.events.exists()


async def test_a_new_purse_has_not_forgotten_and_a_fuller_one_goes_on(tmp_path, match):
    run = match()
    with pytest.raises(PurseSpentError):
        await audit(Purse(PurseLimits(brain_tokens=100), tmp_path / "runs"), run, tmp_path, SUBMIT, SUBMIT)
    with pytest.raises(PurseSpentError, match="100 of 100 brain tokens"):
        Purse(PurseLimits(brain_tokens=100), tmp_path / "runs").begin(run)
    fuller = Purse(PurseLimits(brain_tokens=300), tmp_path / "runs")
    assert await audit(fuller, run, tmp_path, SUBMIT, SUBMIT) == Outcome(kind="scored")
    assert fuller.used()["brain_tokens"] == 200
    assert fuller.used() == Purse(PurseLimits(), tmp_path / "runs").used()


async def test_two_matches_side_by_side_see_each_other(tmp_path, match):
    purse, first, second = Purse(PurseLimits(dollars=2), tmp_path / "runs"), match(), match()
    begun = purse.begin(second)
    with pytest.raises(PurseSpentError):
        await audit(purse, first, tmp_path, THINK, SUBMIT, SUBMIT)
    with pytest.raises(PurseSpentError):
        await play(second, ORGANISM, Paid(SUBMIT, SUBMIT), tmp_path, listener=begun)
    assert purse.used()["dollars"] == 2


async def test_the_number_of_matches_stops_none_that_has_begun(tmp_path, match):
    purse = Purse(PurseLimits(matches=1), tmp_path / "runs")
    run = match()
    assert (await audit(purse, run, tmp_path, SUBMIT, SUBMIT)).kind == "scored"
    with pytest.raises(PurseSpentError, match="1 of 1 matches"):
        purse.begin(match())
    run.done.unlink()
    assert (await audit(Purse(PurseLimits(matches=1), tmp_path / "runs"), run, tmp_path)).kind == "scored"


def test_dollars_need_a_price(tmp_path):
    unpriced = BrainSpec.parse("openai:mine", base_url="http://localhost:1")
    run = open_match(make_spec(CARD.id, "test", unpriced, load_rules("everything"), 0), tmp_path)
    Purse(PurseLimits(minutes=1), tmp_path).begin(run)
    with pytest.raises(BrainError, match="no price is known"):
        Purse(PurseLimits(dollars=1), tmp_path).begin(run)
