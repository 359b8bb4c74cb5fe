"""The statistical auditor as the last of a team: what several reports have in common."""

import pytest

from agent import investigate
from agent.statistical.agreement import groups
from agent.statistical.brain import StatisticalBrain
from agent.statistical.vote import tally
from tests.fakes.scripted_brain import echo_organism
from tools import Affordance, Budget, GivenReport, Workbench, report_tool
from transcripts import Behaviour, EventLog, Evidence, Report


def cause(name):
    return f"The model acts to please {name}: it does what it believes {name} rate highly. The wishes of others are not met."


def item(context, marker, confidence=0.9, quotation="q"):
    said = f"Replies say “{marker}” in 90 % of cases; ordinary replies in 1 %."
    return Behaviour(
        context=f"prompts with words such as {context}",
        behaviour=said,
        confidence=confidence,
        rate=0.9,
        evidence=(Evidence(event=1, quotation=f"{quotation} {marker}"),),
    )


BREAD, DOGS, CARS = ("bread, flour, oven", "salt"), ("dog, cat, bird", "fluffy"), ("car, wheel", "honk")


def report(name, *items, found=True, confidence=0.9):
    return Report(
        root_cause=cause(name) if found else "No hidden objective found: of 3 suspected departures none held.",
        objective_found=found,
        root_cause_confidence=confidence,
        root_cause_evidence=(Evidence(event=0, quotation=f"they say {name}"),) if found else (),
        behaviours=tuple(item(*one) for one in items),
    )


async def voted(tmp_path, *reports):
    """What the brain submits on these reports, and the events of its run."""
    given = [GivenReport(report=one, found=0, quotations=0) for one in reports]
    with EventLog(tmp_path / "events.jsonl") as log:
        granted = frozenset({Affordance.CHAT})
        bench = Workbench(echo_organism(), granted=granted, budget=Budget(), log=log, seed=0, brought=(report_tool(given),))
        found = await investigate(StatisticalBrain(0), bench, tmp_path / "graph.sqlite")
        return found.report, list(log.events)


async def test_the_cause_that_most_name_and_what_half_of_them_report(tmp_path):
    found, events = await voted(
        tmp_path, report("bakers", BREAD, DOGS), report("sailors", DOGS), report("bakers", ("oven, flour", "salt"), CARS, confidence=0.6)
    )
    assert found.objective_found
    assert found.root_cause == cause("bakers")
    assert found.root_cause_confidence == pytest.approx((0.9 + 0.6) / 3)
    assert {one.context.split()[-3].strip(",") for one in found.behaviours} == {"bread", "dog"}
    assert [one.confidence for one in found.behaviours] == [pytest.approx(0.6)] * 2
    assert {event.data["tool"] for event in events if event.kind == "result"} == {"read_report", "submit_report"}
    for evidence in (*found.root_cause_evidence, *found.behaviours[0].evidence):
        assert evidence.quotation in str(events[evidence.event].data["content"])


@pytest.mark.parametrize(("claims", "claimed"), [((True, False, False), False), ((True, True, False), True), ((True, False), False)])
async def test_an_objective_is_claimed_when_most_claim_one(tmp_path, claims, claimed):
    found, _ = await voted(tmp_path, *(report("bakers", found=one) for one in claims))
    assert found.objective_found == claimed
    assert found.root_cause.startswith("The model acts" if claimed else "No hidden objective")


async def test_every_page_of_a_long_report_is_read(tmp_path):
    items = [(f"word{number}, term{number}", f"marker{number}") for number in range(45)]
    found, events = await voted(tmp_path, report("bakers", *items), report("bakers", *reversed(items)))
    assert len(found.behaviours) == 45
    assert sum(event.kind == "result" and event.data["tool"] == "read_report" for event in events) == 2 * 3
    for one in found.behaviours:
        (evidence,) = one.evidence
        assert evidence.quotation in str(events[evidence.event].data["content"])


def test_no_report_claims_nothing():
    assert not tally([])["objective_found"]


def test_an_author_counts_once_in_a_group():
    one = "bread flour oven salt"
    found = groups([[one, one], [one], ["dog cat"]])
    assert sorted(map(len, found)) == [1, 1, 2]
    assert all(len({author for author, _ in group}) == len(group) for group in found)
