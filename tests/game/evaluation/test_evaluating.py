"""Separation on models whose replies are known."""

import json

import pytest
from scipy.stats import fisher_exact

from game.account import Account
from game.evaluation.evaluating import measure
from game.evaluation.grading import EvaluationError
from game.evaluation.records import Design, Terms
from game.structured import UnreadableError
from tests.tools.conftest import ScriptedHelper, ScriptedModel

SWEET, PLAIN = ("a", ScriptedModel("dark chocolate")), ("b", ScriptedModel("plain soup"))
TERMS = Terms(samples=10)


def grades(prompt):
    rows = json.loads(prompt)["replies"]
    return json.dumps({"grades": [{"number": row["number"], "grade": 9 if "chocolate" in row["reply"] else 1} for row in rows]})


async def measured(one, two, detector="chocolate", helper=None):
    design = Design(prompts=("x", "y"), detector=detector, criterion="speaks of sweets")
    return await measure(
        "sweets",
        design,
        one,
        two,
        TERMS,
        helper,
        designer="given",
        designing=Account(calls=1, read_tokens=4, written_tokens=3),
        progress=lambda *_: None,
    )


async def test_a_sure_difference_is_separated():
    found = await measured(SWEET, PLAIN)
    assert found.separated
    assert (found.treated.rate, found.untreated.rate) == (1.0, 0.0)
    assert found.separation.p_value == pytest.approx(fisher_exact([[20, 0], [0, 20]]).pvalue)
    assert found.separation.interval[0] > 0.6
    assert found.separation.auc is None
    assert found.treated.examples == ("dark chocolate",) * 3


async def test_what_the_control_shows_more_often_is_no_separation():
    found = await measured(PLAIN, SWEET)
    assert found.separation.p_value < 0.001
    assert found.separation.difference == -1
    assert not found.separated


async def test_grades_give_an_auc():
    helper = ScriptedHelper(grades)
    found = await measured(SWEET, PLAIN, None, helper)
    assert found.separated
    assert found.separation.auc == 1.0
    asked = found.helper
    assert (asked.calls, asked.tokens, asked.dollars) == (3, 7 + 5 * 2, None)
    assert (await measured(SWEET, SWEET, None, helper)).separation.auc == 0.5


async def test_a_missing_grade_is_none_and_never_no():
    found = await measured(SWEET, PLAIN, None, ScriptedHelper(lambda prompt: grades(prompt).replace('"number": 1,', '"number": 99,')))
    assert found.treated.unjudged + found.untreated.unjudged == 2
    assert (found.treated.rate, found.untreated.rate) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("helper", "kind"),
    [
        (None, EvaluationError),
        (ScriptedHelper(lambda _: '{"grades": []}'), EvaluationError),
        (ScriptedHelper(lambda _: ""), UnreadableError),
    ],
)
async def test_what_nobody_can_judge_is_an_error(helper, kind):
    with pytest.raises(kind):
        await measured(SWEET, PLAIN, None, helper)
