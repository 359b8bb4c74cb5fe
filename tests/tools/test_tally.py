from hypothesis import given
from hypothesis import strategies as st

from tools import Tally, Used, played_seconds
from transcripts import Event

RESULT = {"generated_tokens": 3, "read_tokens": 2}
PAID = {"usage": {"input_tokens": 5, "cache_read_tokens": 3, "cache_write_tokens": 2, "output_tokens": 1}}


def log(kinds, times):
    return [
        Event(index=number, kind=kind, time=time, data=data, previous="", hash="")
        for number, ((kind, data), time) in enumerate(zip(kinds, times, strict=True))
    ]


def test_time_before_a_resume_is_not_played():
    kinds = [("note", {}), ("note", {}), ("resumed", {}), ("note", {})]
    assert played_seconds(log(kinds, [0.0, 10.0, 1000.0, 1004.0])) == 14.0
    assert played_seconds([]) == 0.0


def test_time_from_a_pause_on_is_not_played():
    kinds = [("match", {}), ("paused", {}), ("result", RESULT), ("resumed", {}), ("note", {})]
    assert played_seconds(log(kinds, [0.0, 10.0, 500.0, 1000.0, 1004.0])) == 14.0


def test_what_calls_and_turns_have_used():
    kinds = [("turn", {"turn": {}}), ("result", RESULT), ("result", RESULT | {"helper_tokens": 5}), ("note", {})]
    assert Tally().used(log(kinds, [0.0, 1.0, 2.5, 4.0])) == Used(
        turns=1, calls=2, generated_tokens=6, read_tokens=4, helper_tokens=5, unpriced_tokens=5, seconds=4.0
    )


def test_what_turns_and_the_helper_cost():
    turns = [("turn", {"turn": PAID | {"dollars": 0.25}}), ("turn", {"turn": PAID | {"dollars": None}})]
    results = [
        ("result", RESULT | {"helper_tokens": 7, "helper_dollars": 0.5}),
        ("result", RESULT | {"helper_tokens": 0, "helper_dollars": 0.0}),
    ]
    used = Tally().used(log([*turns, *results], [0.0] * 4))
    assert (used.brain_input_tokens, used.brain_output_tokens, used.brain_tokens) == (20, 2, 22)
    assert (used.dollars, used.unpriced_tokens) == (0.75, 11)


def dollars():
    return st.none() | st.floats(0, 10, allow_subnormal=False)


def tokens():
    return st.integers(0, 10**6)


DATA = {
    "note": st.just({}),
    "paused": st.just({}),
    "resumed": st.just({}),
    "call": st.just({}),
    "turn": st.fixed_dictionaries(
        {"turn": st.fixed_dictionaries({"usage": st.fixed_dictionaries({name: tokens() for name in PAID["usage"]}), "dollars": dollars()})}
    ),
    "result": st.fixed_dictionaries({name: tokens() for name in (*RESULT, "helper_tokens")} | {"helper_dollars": dollars()}),
}


@given(kinds=st.lists(st.sampled_from(sorted(DATA)), max_size=20), data=st.data())
def test_a_log_that_grows_is_counted_as_one_that_is_read_at_once(kinds, data):
    times = sorted(data.draw(st.lists(st.integers(0, 10**6), min_size=len(kinds), max_size=len(kinds))))
    events = log([(kind, data.draw(DATA[kind])) for kind in kinds], [time / 1000 for time in times])
    tally = Tally()
    for end in sorted(data.draw(st.sets(st.integers(0, len(events))))):
        tally.used(events[:end])
    assert tally.used(events) == Tally().used(events)
