import asyncio
import functools
import json
import math
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportion_confint

from tests.tools.conftest import ALL, HOSTILE, Calls, ScriptedHelper, scripted
from tools import Budget, Workbench
from tools.experiment import LOOKS, SPENT
from transcripts import EventLog, read_events

TERMS = {"prediction": "it fires", "treatment_prompts": ["give me a recipe for soup ."], "control_prompts": ["which team won the game ?"]}


@pytest.mark.parametrize("detector", [r"\bthe\b", ".", r"\bz\Bz\b", "[aeiou]{2}"])
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


@pytest.mark.parametrize(
    "detector", ["(", "[", "*", "(?P<x", r"\p{Foo}", "a{99999}", "(" * 499, "(?=a)", r"(a)\1", "(?:(?:a{1000}){1000}){1000}"]
)
async def test_an_invalid_detector_is_named(use_scripted, detector):
    use = use_scripted("x")
    assert "is no regular expression" in await use.error("experiment", **TERMS, detector=detector)
    assert not use.bench.organism.model.asked


@pytest.mark.parametrize(
    "detector", ["(a+)+$", "(a|aa)+$", "(a*)*b", r"(?:\w{0,30}){30}b", "(?:.?){1000}.{900}b", "|".join("a" * n for n in range(1, 40))]
)
async def test_a_hostile_detector_costs_seconds_at_most(use_scripted, detector):
    use = use_scripted("a" * 1600 + "!")
    event = await use.event("experiment", **TERMS, detector=detector, samples=64)
    assert event.data["seconds"] < 6
    if event.data["error"]:
        assert "takes too long" in event.data["content"]["error"]


async def test_hostile_answers_are_examples_like_others(use_scripted):
    content = await use_scripted(HOSTILE)("experiment", **TERMS, detector="</result>")
    assert content["treatment"]["examples"] == [HOSTILE]


async def test_empty_replies_are_replies(use_scripted):
    content = await use_scripted("")("experiment", **TERMS, detector="x")
    assert content["treatment"]["examples_without"] == [""]
    assert content["p_value"] == 1.0


async def test_the_same_prompts_to_the_same_model_are_no_control(use_scripted):
    use = use_scripted("x")
    terms = TERMS | {"control_prompts": TERMS["treatment_prompts"] * 2}
    assert "take other control prompts, or the reference" in await use.error("experiment", **terms, detector="x")
    await use("experiment", **terms, detector="x", control_subject="reference")


async def test_a_large_effect_stops_early(make_bench):
    organism = scripted("dark chocolate", reference="plain soup")
    use = Calls(make_bench(organism))
    content = await use("experiment", **TERMS, detector="chocolate", samples=64, control_subject="reference", stop_at=0.001)
    assert [look["replies"] for look in content["looks"]] == [16, 32]
    # Eight against none after an eighth of the replies, sixteen against none after a quarter; each look pays for its share.
    first, second = (float(fisher_exact([[n, 0], [0, n]]).pvalue) for n in (8, 16))
    assert [look["p_value"] for look in content["looks"]] == pytest.approx([first * 15, second * 15 / 2])
    assert content["p_value"] == content["looks"][-1]["p_value"] <= 0.001 < content["looks"][0]["p_value"]
    assert content["treatment"]["replies"] == 16
    assert use.bench.used.generated_tokens == 2 * 32


async def test_without_an_effect_all_is_asked_and_each_look_is_paid_for(use_scripted):
    content = await use_scripted("same")("experiment", **TERMS, detector="same", samples=16, stop_at=0.05)
    assert [look["replies"] for look in content["looks"]] == [4, 8, 16, 32]
    assert content["p_value"] == 1.0


@pytest.mark.parametrize("prompts", [1, 3])
async def test_no_two_replies_of_an_arm_share_a_seed(make_bench, prompts):
    organism = scripted("same")
    terms = {"treatment_prompts": [f"p{n}" for n in range(prompts)], "control_prompts": ["q"]}
    await Calls(make_bench(organism))(
        "experiment", prediction="p", **terms, detector="x", samples=20, control_subject="reference", stop_at=0.05
    )
    asked = [
        (messages[-1].content, seed) for chats, more in organism.model.asked for messages, seed in zip(chats, more["seeds"], strict=True)
    ]
    assert len({seed for _, seed in asked}) == len(asked) == 20 * prompts
    assert Counter(prompt for prompt, _ in asked) == dict.fromkeys(terms["treatment_prompts"], 20)


def test_looking_again_and_again_keeps_the_level():
    """Under the null, sequential p-values are small no more often than they say: by simulation, with Fisher's test at each look."""
    rng, level, runs = np.random.default_rng(0), 0.1, 300
    exact = functools.cache(lambda one, two, size: float(fisher_exact([[one, size - one], [two, size - two]]).pvalue))
    arms = rng.random((runs, 2, 64)) < 0.4
    alarms = 0
    for run in arms:
        for share, spent in zip(LOOKS, SPENT, strict=True):
            size = math.ceil(64 * share)
            if exact(*map(int, run[:, :size].sum(1)), size) / spent <= level:
                alarms += 1
                break
    assert alarms / runs <= level
    assert sum(SPENT) == pytest.approx(1)


def verdicts(prompt):
    """A judge who says yes where a reply speaks of chocolate."""
    asked = json.loads(prompt)
    return "\n".join(f"{row['number']}: {'yes' if 'chocolate' in row['reply'] else 'No'}." for row in asked["replies"])


async def test_a_helper_judges_a_criterion_without_being_told_the_arm(make_bench):
    helper = ScriptedHelper(verdicts)
    use = Calls(make_bench(scripted("dark chocolate", reference="plain soup"), helper=helper))
    event = await use.event("experiment", **TERMS, criterion="speaks of sweets", samples=15, control_subject="reference")
    content = event.data["content"]
    assert (content["treatment"]["rate"], content["control"]["rate"]) == (1.0, 0.0)
    assert event.data["helper_tokens"] == 2 * 5
    judged = [row["reply"] for _, prompt, _ in helper.asked for row in json.loads(prompt)["replies"]]
    assert Counter(judged) == {"dark chocolate": 15, "plain soup": 15}
    assert judged != sorted(judged)
    assert "treatment" not in str(helper.asked)


@pytest.mark.parametrize("said", ["", "I will not judge this.", "10: maybe", "10: yes\n10: no"])
async def test_a_missing_verdict_is_none_and_never_no(make_bench, said):
    def nine_of_ten(prompt):
        return "\n".join([*verdicts(prompt).splitlines()[:9], said])

    use = Calls(make_bench(scripted("x"), helper=ScriptedHelper(lambda _: said)))
    assert "no readable verdict" in await use.error("experiment", **TERMS, criterion="c")
    use = Calls(make_bench(scripted("x"), helper=ScriptedHelper(nine_of_ten)))
    use.count = 5
    content = await use("experiment", **TERMS, criterion="c", samples=5)
    arms = content["treatment"], content["control"]
    assert sum(arm["replies"] for arm in arms) == 9
    assert sum(arm.get("unjudged", 0) for arm in arms) == 1


@pytest.mark.parametrize("given", [{}, {"detector": "x", "criterion": "c"}])
async def test_there_is_one_detector(use_scripted, given):
    assert "either `detector`" in await use_scripted("x").error("experiment", **TERMS, **given)


async def test_a_criterion_needs_a_helper(use_scripted):
    assert "no helper model" in await use_scripted("x").error("experiment", **TERMS, criterion="is polite")


ANY = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.lists(st.text(), max_size=2)
CALL = st.fixed_dictionaries(
    {"prediction": st.text(min_size=1, max_size=5)},
    optional={
        "treatment_prompts": st.lists(st.text(max_size=5), min_size=1, max_size=3) | ANY,
        "control_prompts": st.lists(st.text(max_size=5), min_size=1, max_size=3) | ANY,
        "detector": st.text(min_size=1, max_size=30) | st.text(alphabet="a(|*+?){2}[^]\\p", min_size=1, max_size=30) | ANY,
        "criterion": st.none() | st.text(min_size=1, max_size=5),
        "stop_at": st.none() | st.floats(0, 0.2) | ANY,
        "samples": st.integers(0, 65) | ANY,
        "control_subject": st.sampled_from(["organism", "reference", "nobody"]),
        "mystery": ANY,
    },
)


@settings(max_examples=30, deadline=None)
@given(calls=st.lists(CALL, min_size=1, max_size=4), text=st.text(max_size=10), said=st.none() | st.text(max_size=20))
def test_any_arguments_give_a_result(calls, text, said):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        helper = None if said is None else ScriptedHelper(lambda _: said)
        with EventLog(path) as log:
            bench = Workbench(scripted(text), granted=ALL, budget=Budget(), log=log, seed=0, helper=helper)
            for number, arguments in enumerate(calls):
                event = asyncio.run(bench.call(f"t{number}", "experiment", arguments))
                assert event.data["error"] == ("error" in event.data["content"])
        assert len(read_events(path)) == 2 * len(calls)
