import asyncio
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from organism import Continuation
from tests.tools.conftest import ALL, CARD, HOSTILE, Calls
from tools import Budget, Workbench
from transcripts import EventLog, read_events


class Recorder:
    """Replies with the number of messages it was shown, and remembers them."""

    def __init__(self):
        self.heard = []

    async def chat(self, conversations, **_):
        (messages,) = conversations
        self.heard.append([(message.role, message.content) for message in messages])
        await asyncio.sleep(0)
        return [Continuation(f"reply {len(self.heard)}", 2, 3)]


def recorder():
    return SimpleNamespace(card=CARD, model=Recorder(), reference=Recorder())


async def test_a_conversation_goes_on_with_all_that_was_said(make_bench):
    organism = recorder()
    use = Calls(make_bench(organism))
    first = await use("converse", message="one", system="be brief")
    assert first == {"conversation": "c1", "after": 0, "messages": 2, "reply": "reply 1"}
    assert (await use("converse", message="two", conversation="c1"))["messages"] == 4
    assert organism.model.heard[1] == [("system", "be brief"), ("user", "one"), ("assistant", "reply 1"), ("user", "two")]


async def test_a_branch_leaves_the_conversation_as_it_was(make_bench):
    organism = recorder()
    use = Calls(make_bench(organism))
    for text in ("one", "two"):
        await use("converse", message=text, conversation="c1" if text == "two" else None)
    assert (await use("converse", message="other", conversation="c1", after=2))["conversation"] == "c2"
    assert organism.model.heard[2] == [("user", "one"), ("assistant", "reply 1"), ("user", "other")]
    assert (await use("converse", message="three", conversation="c1"))["messages"] == 6
    assert [text for _, text in organism.model.heard[3]] == ["one", "reply 1", "two", "reply 2", "three"]
    assert (await use("converse", message="anew", conversation="c1", after=0))["conversation"] == "c3"
    assert organism.model.heard[4] == [("user", "anew")]


async def test_rolling_back_drops_what_came_later(make_bench):
    organism = recorder()
    use = Calls(make_bench(organism))
    await use("converse", message="one")
    await use("converse", message="two", conversation="c1")
    content = await use("converse", message="other", conversation="c1", after=2, roll_back=True)
    assert content == {"conversation": "c1", "after": 2, "messages": 4, "reply": "reply 3"}
    await use("converse", message="last", conversation="c1")
    assert [text for _, text in organism.model.heard[3]] == ["one", "reply 1", "other", "reply 3", "last"]


async def test_a_users_message_can_be_answered_again(make_bench):
    organism = recorder()
    use = Calls(make_bench(organism))
    await use("converse", message="one")
    assert (await use("converse", message=None, conversation="c1", after=1))["conversation"] == "c2"
    assert (await use("converse", message=None, conversation="c1", after=1, roll_back=True))["conversation"] == "c1"
    assert organism.model.heard == [[("user", "one")]] * 3
    await use("converse", message="two", conversation="c1")
    assert organism.model.heard[3][1] == ("assistant", "reply 3")


async def test_a_resumed_run_has_its_conversations(make_bench):
    before = Calls(make_bench(recorder()))
    await before("converse", message="one", system="s")
    await before("converse", message="two", conversation="c1", after=0)
    await before.error("converse", message="lost", conversation="c9")
    before.bench.log.append("call", {"call": "killed", "tool": "converse", "arguments": {"message": "x", "conversation": "c1"}})
    organism = recorder()
    use = Calls(make_bench(organism))
    use.count = 10
    await use("converse", message="three", conversation="c1")
    await use("converse", message="three", conversation="c2")
    assert [[text for _, text in heard] for heard in organism.model.heard] == [
        ["s", "one", "reply 1", "three"],
        ["s", "two", "reply 2", "three"],
    ]


async def test_calls_at_once_do_not_overwrite_each_other(make_bench):
    bench = make_bench(recorder())
    begun = await asyncio.gather(*(bench.call(f"a{n}", "converse", {"message": "hi"}) for n in range(3)))
    assert {event.data["content"]["conversation"] for event in begun} == {"c1", "c2", "c3"}
    more = await asyncio.gather(*(bench.call(f"b{n}", "converse", {"message": str(n), "conversation": "c1"}) for n in range(2)))
    assert [event.data["content"]["conversation"] for event in more] == ["c1", "c4"]
    cut = [bench.call(f"d{n}", "converse", {"message": str(n), "conversation": "c2", "after": 0, "roll_back": True}) for n in range(2)]
    assert [event.data["content"]["conversation"] for event in await asyncio.gather(*cut)] == ["c2", "c5"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"message": "x", "conversation": "c7"}, "no conversation 'c7'; open: c1"),
        ({"message": "x", "conversation": "c1", "after": 3}, "no message 3; the conversation has 2"),
        ({"message": "x", "conversation": "c1", "after": 1}, "go on after 0"),
        ({"message": None, "conversation": "c1"}, "message 2 is a reply"),
        ({"message": None}, "nothing was asked yet"),
        ({"message": "x", "after": 2}, "need the id of a conversation"),
        ({"message": "x", "roll_back": True}, "need the id of a conversation"),
        ({"message": "x", "conversation": "c1", "system": "other"}, "keeps its system prompt"),
        ({}, "message: Field required"),
    ],
)
async def test_what_cannot_be_said_here_is_an_error_that_says_what_can(make_bench, arguments, said):
    organism = recorder()
    use = Calls(make_bench(organism))
    await use("converse", message="one")
    assert said in await use.error("converse", **arguments)
    assert len(organism.model.heard) == 1


async def test_the_reference_can_take_over_where_granted(make_bench):
    organism = recorder()
    use = Calls(make_bench(organism))
    await use("converse", message="one")
    await use("converse", message="two", conversation="c1", subject="reference")
    assert [text for _, text in organism.reference.heard[0]] == ["one", "reply 1", "two"]


async def test_the_organism_talks_until_it_can_read_no_more(use):
    event = await use.event("converse", message="give me a recipe for soup .", max_tokens=8)
    assert 0 < event.data["generated_tokens"] <= 8
    await use("converse", message="and for tea ?", conversation="c1", max_tokens=8)
    said = await use.error("converse", message="soup " * 1500, conversation="c1")
    assert "tokens; this model reads" in said
    assert "begin a new conversation" in said
    assert (await use("converse", message="thanks .", conversation="c1", max_tokens=4))["messages"] == 6


ANY = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.lists(st.integers(), max_size=2)
TURN = st.fixed_dictionaries(
    {},
    optional={
        "message": st.text(max_size=20) | st.just(HOSTILE) | ANY,
        "conversation": st.sampled_from([None, "c1", "c2", "c3"]) | ANY,
        "after": st.integers(-1, 6) | ANY,
        "roll_back": st.booleans() | ANY,
        "system": st.none() | st.text(max_size=5) | ANY,
        "max_tokens": st.integers(0, 4) | ANY,
        "mystery": ANY,
    },
)


@settings(max_examples=25, deadline=None)
@given(turns=st.lists(TURN, min_size=1, max_size=8))
def test_any_arguments_give_a_result_and_a_log_that_tells_the_same(turns):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        organism = recorder()
        with EventLog(path) as log:
            bench = Workbench(organism, granted=ALL, budget=Budget(), log=log, seed=0)
            for number, turn in enumerate(turns):
                event = asyncio.run(bench.call(f"t{number}", "converse", turn))
                assert event.data["error"] == ("error" in event.data["content"])
        events = read_events(path)
        replies = [event for event in events if event.kind == "result" and not event.data["error"]]
        assert len(events) == 2 * len(turns)
        assert len(organism.model.heard) == len(replies)
        assert all(heard[-1][0] == "user" for heard in organism.model.heard)
