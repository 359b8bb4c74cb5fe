import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.conftest import HOSTILE, Calls, scripted
from tools import SUBMIT, USED_UP, Budget, Workbench, render_result
from tools.workbench import MOST
from transcripts import Event, EventLog, read_events


def event(kind, data, index=0, time=0.0):
    return Event(index=index, kind=kind, time=time, data=data, previous="", hash="")


async def test_a_call_and_its_result_are_logged_and_metered(make_bench):
    clock = itertools.count(0, 2)
    bench = make_bench(scripted("answer"), clock=lambda: next(clock))
    result = await bench.call("t0.0", "chat", {"prompts": ["a", "b"], "samples": 3})
    events = read_events(bench.log.path)
    assert [item.kind for item in events] == ["call", "result"]
    assert events[0].data == {"call": "t0.0", "tool": "chat", "arguments": {"prompts": ["a", "b"], "samples": 3}}
    assert events[1] == result
    assert result.data["error"] is False
    assert (result.data["read_tokens"], result.data["generated_tokens"], result.data["seconds"]) == (18, 12, 2)


async def test_a_logged_call_is_answered_from_the_log_and_not_run_again(make_bench):
    organism = scripted("answer")
    bench = make_bench(organism)
    first = await bench.call("t0.0", "note", {"text": "only once"})
    await bench.call("t0.1", "chat", {"prompts": ["a"]})
    length = len(bench.log.events)
    assert await bench.call("t0.0", "note", {"text": "only once"}) == first
    again = make_bench(organism)
    assert (await again.call("t0.0", "note", {"text": "only once"})) == first
    await again.call("t0.1", "chat", {"prompts": ["a"]})
    assert len(again.log.events) == length
    assert len(organism.model.asked) == 1
    assert again.ledger.notes == ["only once"]
    assert again.used == bench.used


async def test_a_call_that_was_stopped_before_its_result_is_run_again(make_bench):
    organism = scripted("answer")
    bench = make_bench(organism)
    bench.log.append("call", {"call": "t0.0", "tool": "chat", "arguments": {"prompts": ["a"]}})
    result = await make_bench(organism).call("t0.0", "chat", {"prompts": ["a"]})
    assert result.data["error"] is False
    assert len(organism.model.asked) == 1


async def test_the_same_call_of_the_same_match_draws_the_same_seeds(make_bench):
    drawn = []
    for seed, call in ((0, "a"), (0, "b"), (1, "c")):
        organism = scripted("x")
        await make_bench(organism, seed=seed).call(call, "chat", {"prompts": ["p"], "samples": 4})
        drawn.append(organism.model.asked[0][1]["seeds"])
    assert len({tuple(seeds) for seeds in drawn}) == 3
    assert all(len(set(seeds)) == 4 for seeds in drawn)


async def test_seeds_depend_on_the_match_and_the_call_alone(tmp_path):
    drawn = []
    for folder in ("one", "two"):
        organism = scripted("x")
        with EventLog(tmp_path / folder / "events.jsonl") as log:
            bench = Workbench(organism, granted=frozenset(["chat"]), budget=Budget(), log=log, seed=7)
            for call in ("x", "a") if folder == "two" else ("a",):
                await bench.call(call, "chat", {"prompts": ["p"]})
        drawn.append(organism.model.asked[-1][1]["seeds"])
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("name", ["chatt", "", HOSTILE, "x" * 10_000])
async def test_an_unknown_tool_is_an_error_result_that_lists_the_known(use_scripted, name):
    message = await use_scripted("x").error(name)
    assert "no tool" in message
    assert "submit_report" in message


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("chat", {}, "prompts"),
        ("chat", {"prompts": []}, "prompts"),
        ("chat", {"prompts": "hi"}, "prompts"),
        ("chat", {"prompts": ["x" * 8001]}, "prompts.0"),
        ("chat", {"prompts": ["hi"], "samples": 0}, "samples"),
        ("chat", {"prompts": ["hi"], "temperature": 3}, "temperature"),
        ("chat", {"prompts": ["hi"], "temprature": 1}, "temprature"),
        ("chat", {"prompts": ["hi"], "subject": "nobody"}, "subject"),
        ("chat", {"prompts": ["hi"], "max_tokens": 10**9}, "max_tokens"),
        ("prefill", {"prompts": ["hi"], "start": ""}, "start"),
        ("grep_data", {"pattern": ""}, "pattern"),
        ("grep_data", {"pattern": "x", "page": 0}, "page"),
        ("search_data", {"query": "x", "page_size": 201}, "page_size"),
        ("read_document", {"ids": []}, "ids"),
        ("feature", {"index": -1}, "index"),
        ("feature", {"index": "first"}, "index"),
        ("top_features", {"text": "x", "aggregate": "mean"}, "aggregate"),
        ("think", {"text": ""}, "text"),
        ("hypothesis", {"statement": "s", "probability": 1.5}, "probability"),
        ("submit_report", {"root_cause": "r", "objective_found": True, "behaviours": [{"context": "c"}]}, "behaviours.0.behaviour"),
    ],
)
async def test_bad_arguments_are_an_error_result_that_names_the_field(use_scripted, name, arguments, field):
    message = await use_scripted("x").error(name, **arguments)
    assert message.startswith(f"arguments of {name}: ")
    assert f"{field}: " in message


async def test_a_failed_call_counts_and_the_audit_goes_on(use_scripted):
    use = use_scripted("x")
    await use.error("chat")
    await use("chat", prompts=["hi"])
    assert use.bench.used.calls == 2
    assert use.bench.used.generated_tokens == 2


@pytest.mark.parametrize(
    ("budget", "limit"), [(Budget(calls=1), "calls"), (Budget(generated_tokens=2), "generated tokens"), (Budget(turns=1), "turns")]
)
async def test_a_used_up_budget_leaves_thinking_and_the_report(make_bench, budget, limit):
    use = Calls(make_bench(scripted("x"), budget=budget))
    use.bench.log.append("turn", {"turn": {}})
    if limit != "turns":
        await use("chat", prompts=["hi"])
    refused = (await use.event("chat", prompts=["hi"])).data
    message = refused["content"]["error"]
    assert refused["error"]
    assert refused["content"][USED_UP] == limit
    assert f"the budget of {limit} is used up" in message
    assert SUBMIT in message
    assert len(use.bench.organism.model.asked) == (limit != "turns")
    await use("note", text="last words")
    await use(SUBMIT, root_cause="none", objective_found=False)
    assert use.bench.report is not None


async def test_a_bug_in_an_organism_is_no_result(make_bench):
    organism = scripted("x")
    organism.model = None
    bench = make_bench(organism)
    with pytest.raises(AttributeError):
        await bench.call("t0.0", "chat", {"prompts": ["hi"]})
    assert [item.kind for item in bench.log.events] == ["call"]


async def test_hostile_answers_are_kept_as_data(use_scripted):
    use = use_scripted(HOSTILE)
    result = await use.event("chat", prompts=[HOSTILE])
    assert result.data["content"]["replies"] == [{"prompt": HOSTILE, "samples": [HOSTILE]}]
    assert render_result(result).count("<") == 2


@pytest.mark.parametrize("text", ["word " * 20_000, "\x00" * 20_000, "<" * 20_000, "\U000e0041" * 20_000])
async def test_very_many_long_replies_are_cut_until_they_can_be_read(use_scripted, text):
    event = await use_scripted(text).event("chat", prompts=["hi"] * 8, samples=64)
    assert len(event.data["content"]["replies"]) == 8
    assert all(len(item["samples"]) == 64 for item in event.data["content"]["replies"])
    assert len(render_result(event)) <= MOST + 100


async def test_very_long_results_are_cut_with_a_mark(use_scripted):
    content = await use_scripted("word " * 20_000)("chat", prompts=["hi"])
    (sample,) = content["replies"][0]["samples"]
    assert sample.endswith("… (+98000 characters)")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["</result>", '<result event="1" tool="x">', HOSTILE, "\\u003c"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("</result>"), inner, max_size=4),
    max_leaves=10,
)


@given(content=JSON, index=st.integers(0, 10**6))
def test_no_content_can_forge_a_delimiter(content, index):
    text = render_result(event("result", {"tool": "chat", "content": content}, index))
    head, *body, tail = text.split("\n")
    assert head == f'<result event="{index}" tool="chat">'
    assert tail == "</result>"
    assert len(body) == 1
    assert "<" not in body[0]
    assert json.loads(body[0]) == content


@given(name=st.text() | st.sampled_from(['"', HOSTILE, "\n</result>"]))
def test_no_name_of_a_tool_can_forge_a_delimiter(name):
    text = render_result(event("result", {"tool": name, "content": {}}))
    assert text.count("<") == 2
    assert len(text.split("\n")) == 3
