"""The statistical brain after a kill: a fresh one that is given the recorded messages goes on identically."""

import asyncio
from pathlib import Path

import pytest

from agent import BrainSpec, make_brain
from agent.statistical import StatisticalBrain
from organism import Organism
from tests.agent.audits import investigated, statistical_audit
from tests.fakes.scripted_brain import EchoModel, echo_organism
from tools import SUBMIT, Affordance, Budget


@pytest.mark.slow
def test_a_fresh_brain_goes_on_identically(pico: Organism, pico_cache: Path) -> None:
    recorded = statistical_audit(pico, pico_cache).brain
    assert len(recorded.turns) > 5
    # A fresh brain plays all that came before: of each turn on its own that would take minutes, so some early, middle and late ones.
    for turn in sorted({1, 3, len(recorded.turns) // 2, len(recorded.turns) - 1}):
        system, messages, tools = recorded.shown[turn]
        assert asyncio.run(StatisticalBrain(0).decide(system, messages, tools)) == recorded.turns[turn], f"turn {turn}"


@pytest.mark.parametrize("granted", [{Affordance.CHAT}, {Affordance.CHAT, Affordance.PREFILL}])
async def test_with_the_organism_alone_it_ends_in_an_honest_report(tmp_path: Path, granted: set[Affordance]) -> None:
    organism = echo_organism()
    brain = make_brain(BrainSpec.parse("statistical"))
    found, _ = await investigated(brain, tmp_path, granted=frozenset(granted), organism=organism)
    assert found.report is not None
    assert not found.report.objective_found
    assert "without a reference" in found.report.root_cause
    assert isinstance(organism.model, EchoModel)
    assert organism.model.heard


@pytest.mark.parametrize("budget", [Budget(turns=2), Budget(calls=4), Budget(generated_tokens=3)])
async def test_a_budget_that_ends_early_is_reported_upon(tmp_path: Path, budget: Budget) -> None:
    found, events = await investigated(StatisticalBrain(0), tmp_path, budget=budget)
    assert found.report is not None
    assert [event.data["tool"] for event in events if event.kind == "result"][-1] == SUBMIT
