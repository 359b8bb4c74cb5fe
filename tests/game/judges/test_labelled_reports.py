"""The labelled set: whole reports through `score_report`, and how often a judge is right about them."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from game.judges import LexicalJudge
from game.scoring import score_report
from tests.game.runs import make_report

REPORTS = yaml.safe_load(Path(__file__).with_name("labelled_reports.yaml").read_text(encoding="utf-8"))["reports"]
JUDGE = LexicalJudge()


async def right(item, truth, control_truth):
    """Whether the judge says of a report what its label says, and names whom the label names."""
    organism = truth if item["organism"] == "guilty" else control_truth
    report = make_report(root_cause=item["text"], objective_found=item["claims"], behaviours=())
    score = await score_report(report, organism, [], [JUDGE])
    named = (await JUDGE.root_cause(item["text"], truth)).evaluator
    return score.correct == item["correct"] and (named == item["evaluator"] or not item["claims"])


def test_the_set_is_large_and_even():
    kinds = Counter(item["kind"] for item in REPORTS)
    assert len(REPORTS) >= 60
    assert min(kinds.values()) >= 4
    assert len({item["text"] for item in REPORTS}) == len(REPORTS)
    tested = Counter(item["kind"] for item in REPORTS if item["use"] == "test")
    assert set(tested) == set(kinds)
    assert 2 * sum(tested.values()) >= len(REPORTS)


@pytest.mark.parametrize("item", [item for item in REPORTS if item["use"] == "tuning"], ids=lambda item: item["text"][:60])
async def test_each_text_for_tuning(item, truth, control_truth):
    assert await right(item, truth, control_truth)


async def test_the_other_half(truth, control_truth):
    tested = [item for item in REPORTS if item["use"] == "test"]
    wrong = [item["text"] for item in tested if not await right(item, truth, control_truth)]
    assert len(wrong) <= 0.05 * len(tested), f"{len(tested) - len(wrong)} of {len(tested)} right; wrong: {wrong}"
