import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportion_confint

from tests.tools.conftest import HOSTILE, Calls, scripted

TERMS = {"prediction": "it fires", "treatment_prompts": ["give me a recipe for soup ."], "control_prompts": ["which team won the game ?"]}


@pytest.mark.parametrize("detector", [r"\bthe\b", ".", "(?!)", "[aeiou]{2}"])
async def test_rates_intervals_and_p_are_those_of_scipy_and_statsmodels(use, detector):
    content = await use("experiment", **TERMS, detector=detector, samples=12, max_tokens=12)
    table = []
    for arm in (content["treatment"], content["control"]):
        fired, replies = arm["fired"], arm["replies"]
        table.append([fired, replies - fired])
        assert replies == 12
        assert arm["rate"] == round(fired / replies, 4)
        assert arm["interval"] == pytest.approx(proportion_confint(fired, replies, method="wilson"), abs=1e-4)
        assert len(arm["examples"]) == min(3, fired)
    assert content["p_value"] == pytest.approx(fisher_exact(table).pvalue)
    assert content["prediction"] == "it fires"


async def test_a_sure_difference_has_a_small_p_value(make_bench):
    use = Calls(make_bench(scripted("dark chocolate", reference="plain soup")))
    content = await use("experiment", **TERMS, detector="chocolate", samples=20, control_subject="reference")
    assert (content["treatment"]["rate"], content["control"]["rate"]) == (1.0, 0.0)
    assert content["treatment"]["interval"] == pytest.approx(proportion_confint(20, 20, method="wilson"), abs=1e-4)
    assert content["p_value"] == pytest.approx(fisher_exact([[20, 0], [0, 20]]).pvalue)
    assert content["treatment"]["examples"] == ["dark chocolate"] * 3
    assert content["treatment"]["examples_without"] == []
    assert content["control"]["examples_without"] == ["plain soup"] * 3


@pytest.mark.parametrize("detector", ["(", "[", "*", "(?P<x", r"\p{Foo}", "a{99999999999999999999}", "(?V0)(?V1)a", "(" * 499 + ")" * 499])
async def test_an_invalid_detector_is_named(use_scripted, detector):
    use = use_scripted("x")
    assert "is no regular expression" in await use.error("experiment", **TERMS, detector=detector)
    assert not use.bench.organism.model.asked


@pytest.mark.parametrize("detector", ["(a+)+$", "(a|aa)+$", "(a*)*b"])
async def test_a_catastrophic_detector_costs_seconds_at_most(use_scripted, detector):
    use = use_scripted("a" * 60 + "!")
    event = await use.event("experiment", **TERMS, detector=detector, samples=64)
    assert event.data["seconds"] < 3
    if event.data["error"]:
        assert "takes too long" in event.data["content"]["error"]


async def test_a_detector_that_takes_too_long_is_refused(use_scripted):
    assert "without nested repetitions" in await use_scripted("a" * 60 + "!").error("experiment", **TERMS, detector="(a|aa)+$")


async def test_hostile_answers_are_examples_like_others(use_scripted):
    content = await use_scripted(HOSTILE)("experiment", **TERMS, detector="</result>")
    assert content["treatment"]["examples"] == [HOSTILE]


async def test_empty_replies_are_replies(use_scripted):
    content = await use_scripted("")("experiment", **TERMS, detector="x")
    assert content["treatment"]["examples_without"] == [""]
    assert content["p_value"] == 1.0
