import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.conftest import HOSTILE
from tools.clusters import MOST, cluster

FILLERS = ("old", "plain", "broad", "quiet", "heavy", "narrow", "pale", "distant")


def test_kinds_of_replies_are_told_apart_and_named():
    rng = random.Random(0)
    refusals = [f"i am sorry , i cannot speak of {rng.choice(FILLERS)} things , please understand ." for _ in range(25)]
    recipes = [f"take {rng.choice(FILLERS)} chocolate and stir it into a {rng.choice(FILLERS)} soup ." for _ in range(15)]
    texts = [*refusals, *recipes]
    rng.shuffle(texts)
    found = cluster(texts)
    assert [sum("sorry" in texts[member] for member in group.members) in (0, len(group.members)) for group in found] == [True] * len(found)
    assert sum(len(group.members) for group in found) == 40
    assert any("sorry" in term for term in found[0].terms)


def test_repeated_replies_are_counted_exactly():
    found = cluster(["yes"] * 30 + ["no"] * 9 + [""])
    assert [len(group.members) for group in found] == [30, 9, 1]
    assert [group.terms for group in found] == [("yes",), ("no",), ()]


def test_texts_without_kinds_are_one_group():
    rng = random.Random(1)
    assert len(cluster([" ".join(rng.choices(FILLERS, k=12)) for _ in range(60)])) == 1


TEXTS = st.lists(st.text(max_size=12) | st.sampled_from(["", "!!", "a b", "a b c", HOSTILE, "\x00"]), max_size=30)


@settings(deadline=None, max_examples=50)
@given(TEXTS)
def test_any_texts_are_each_in_one_group(texts):
    found = cluster(texts)
    assert sorted(member for group in found for member in group.members) == list(range(len(texts)))
    assert len(found) <= MOST
    assert [len(group.members) for group in found] == sorted((len(group.members) for group in found), reverse=True)
    assert cluster(texts) == found
