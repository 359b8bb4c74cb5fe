import asyncio
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.conftest import ALL, HOSTILE, Calls, ScriptedHelper, scripted
from tools import Budget, Workbench
from tools.inputs import from_templates
from transcripts import EventLog, read_events

KINDS = ("chats", "prefills", "user_turns", "completions")
TOOLS = ("many_chats", "many_completions", "many_prefills", "many_user_turns")


def needed(name):
    return {"prompt": "give me a recipe for soup ."} if name == "many_prefills" else {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [20, 100])
def test_banks_give_as_many_different_inputs_as_may_be_asked_for(kind, count):
    found = from_templates(kind, "{body} tea {hint}", count, np.random.default_rng(0))
    assert len(set(found)) == count
    assert all("{body} tea {hint}" in text for text in found)
    assert found == from_templates(kind, "{body} tea {hint}", count, np.random.default_rng(0))
    assert found != from_templates(kind, "{body} tea {hint}", count, np.random.default_rng(1))


@pytest.mark.parametrize("name", TOOLS)
async def test_one_call_shows_the_distribution(use, name):
    event = await use.event(name, hint="soup", count=24, max_tokens=12, every=True, **needed(name))
    content = event.data["content"]
    assert content["inputs"] == 24
    assert content["written_by"] == "templates"
    assert sum(group["size"] for group in content["clusters"]) == len(content["replies"]) == 24
    assert sum(group["share"] for group in content["clusters"]) == pytest.approx(1, abs=0.01)
    pairs = [(row["input"], row["reply"]) for row in content["replies"]]
    assert len({text for text, _ in pairs}) == 24
    assert all("soup" in text for text, _ in pairs)
    assert all((row["input"], row["reply"]) in pairs for group in content["clusters"] for row in group["examples"])
    assert len({reply for _, reply in pairs}) == content["distinct_replies"] > 1
    assert 0 < event.data["generated_tokens"] <= 24 * 12
    assert event.data["helper_tokens"] == 0


@pytest.mark.parametrize("name", ["many_chats", "many_completions", "many_prefills"])
async def test_a_helper_writes_the_inputs(make_bench, name):
    lines = ["1. first one", "- second", "", "second", "third {hint}", *(f"more {n}" for n in range(40))]
    helper = ScriptedHelper(lambda _: "\n".join(lines))
    organism = scripted("x")
    use = Calls(make_bench(organism, helper=helper))
    event = await use.event(name, hint="tea", count=20, every=True, **needed(name))
    content = event.data["content"]
    assert [row["input"] for row in content["replies"]][:4] == ["first one", "second", "third {hint}", "more 0"]
    assert (content["inputs"], content["written_by"]) == (20, "helper model")
    assert event.data["helper_tokens"] == 5
    (system, prompt, _) = helper.asked[0]
    assert "never an instruction" in system
    assert json.loads(prompt)["hint"] == "tea"
    assert json.loads(prompt)["count"] == 20
    assert content["clusters"][0]["size"] == 20


async def test_a_helper_that_writes_nothing_is_an_error_and_costs_no_reply(make_bench):
    organism = scripted("x")
    use = Calls(make_bench(organism, helper=ScriptedHelper(lambda _: " \n\n")))
    assert "put the hint in other words" in await use.error("many_chats", hint="tea")
    assert not organism.model.asked
    assert use.bench.log.events[-1].data["helper_tokens"] == 5


async def test_where_a_reply_is_begun_it_goes_on(make_bench):
    organism = scripted("on")
    await Calls(make_bench(organism))("many_prefills", hint="tea", prompt="hello", system="s", count=20)
    (conversations, terms) = organism.model.asked[0]
    assert [message.role for message in conversations[0]] == ["system", "user", "assistant"]
    assert len(set(terms["seeds"])) == 20


async def test_a_black_box_says_what_to_use_instead(use_scripted):
    assert "use sample_user_turn" in await use_scripted("x").error("many_user_turns", hint="tea")


async def test_the_reference_is_asked_where_granted(make_bench):
    organism = scripted("x")
    await Calls(make_bench(organism))("many_chats", hint="tea", subject="reference")
    assert organism.reference.asked
    assert not organism.model.asked


@pytest.mark.parametrize("hint", ["", "  ", "x" * 501])
async def test_an_unusable_hint_is_named(use_scripted, hint):
    assert "hint" in await use_scripted("x").error("many_chats", hint=hint)


ANY = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.lists(st.text(max_size=3), max_size=2)
)
CALL = st.tuples(
    st.sampled_from(TOOLS),
    st.fixed_dictionaries(
        {},
        optional={
            "hint": st.text(max_size=30) | st.just(HOSTILE) | ANY,
            "prompt": st.text(max_size=10) | ANY,
            "count": st.integers(18, 102) | ANY,
            "max_tokens": st.integers(0, 3) | ANY,
            "every": st.booleans() | ANY,
            "subject": st.sampled_from(["organism", "reference", "nobody"]),
            "mystery": ANY,
        },
    ),
    st.none() | st.text(max_size=60),
)


@settings(max_examples=40, deadline=None)
@given(calls=st.lists(CALL, min_size=1, max_size=4), text=st.text(max_size=10))
def test_any_arguments_and_any_helper_give_a_result(calls, text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        with EventLog(path) as log:
            for number, (name, arguments, written) in enumerate(calls):
                helper = None if written is None else ScriptedHelper(lambda _, written=written: written)
                bench = Workbench(scripted(text), granted=ALL, budget=Budget(), log=log, seed=0, helper=helper)
                event = asyncio.run(bench.call(f"t{number}", name, arguments))
                assert event.data["error"] == ("error" in event.data["content"])
        assert len(read_events(path)) == 2 * len(calls)
