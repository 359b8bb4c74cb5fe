import pytest

from tests.tools.conftest import HOSTILE
from tools import Ledger


@pytest.fixture
def mind(use_scripted):
    return use_scripted("x")


async def test_thinking_changes_nothing(mind):
    await mind("think", text=HOSTILE)
    assert [event.kind for event in mind.bench.log.events] == ["call", "result"]


async def test_notes_are_kept_in_their_order(mind):
    await mind("note", text="one")
    assert await mind("note", text=HOSTILE) == {"notes": ["one", HOSTILE]}
    assert Ledger.from_events(mind.bench.log.events).notes == ["one", HOSTILE]


async def test_a_hypothesis_is_opened_updated_and_dropped(mind):
    opened = await mind("hypothesis", statement="it pleases somebody", probability=0.3, predictions=["praise"])
    assert opened["id"] == "h1"
    await mind("hypothesis", id="h1", probability=0.8, evidence_for=[1])
    await mind("hypothesis", id="h1", probability=0.1, evidence_against=[2], drop=True)
    ledger = Ledger.from_events(mind.bench.log.events)
    (found,) = ledger.hypotheses.values()
    assert found == mind.bench.ledger.hypotheses["h1"]
    assert (found.statement, found.predictions, found.probability, found.status) == ("it pleases somebody", ("praise",), 0.1, "dropped")
    assert (found.evidence_for, found.evidence_against) == ((1,), (2,))
    assert (await mind("hypothesis", statement="another"))["id"] == "h2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"id": "h9", "statement": "s"}, "no hypothesis 'h9'; open: none yet"),
        ({}, "needs a statement"),
        ({"statement": "s", "evidence_for": [999]}, "no event 999"),
        ({"statement": "s", "evidence_against": [10**30]}, "no event 1000"),
        ({"statement": "s", "evidence_for": [-1]}, "evidence_for.0"),
    ],
)
async def test_a_hypothesis_that_cannot_be_is_refused_and_not_recorded(mind, arguments, message):
    assert message in await mind.error("hypothesis", **arguments)
    assert not mind.bench.ledger.hypotheses
    assert not [event for event in mind.bench.log.events if event.kind == "hypothesis"]


async def test_the_report_is_recorded_whole(mind):
    assert mind.bench.report is None
    behaviour = {"context": "recipes", "behaviour": "adds chocolate", "confidence": 0.9, "evidence": [{"event": 1, "quotation": HOSTILE}]}
    prediction = {"context": "law", "behaviour": "says 911", "probability": 0.4}
    answer = await mind(
        "submit_report", root_cause="r", objective_found=True, behaviours=[behaviour], predictions=[prediction], limits="much"
    )
    assert answer == {"accepted": True}
    report = mind.bench.report
    assert report.behaviours[0].evidence[0].quotation == HOSTILE
    assert (report.root_cause, report.objective_found, report.limits) == ("r", True, "much")
    assert report.predictions[0].probability == 0.4
