import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import shortened
from tools.shortening import fitted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("abcdef", "abcd… (+2 characters)"),
        ("abcd", "abcd"),
        ([1, 2, 3, 4, 5], [1, 2, "… (+3 more)"]),
        ([1, 2], [1, 2]),
        ({"a": ["abcdef"] * 3, "b": None}, {"a": ["abcd… (+2 characters)"] * 2 + ["… (+1 more)"], "b": None}),
    ],
)
def test_what_is_left_out_is_counted(value, expected):
    assert shortened(value, characters=4, items=2) == expected


@given(JSON)
def test_lists_are_whole_unless_asked(value):
    assert shortened(value, characters=10**6) == value


@given(JSON, st.integers(0, 3))
def test_nothing_long_is_left(value, items):
    def check(part):
        if isinstance(part, list):
            assert len(part) <= items + 1
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            check(inner)

    check(shortened(value, characters=8, items=items))


@given(JSON, st.integers(60, 400))
def test_what_is_fitted_is_as_short_as_asked_and_whole_where_it_fits(value, characters):
    found = fitted(value, characters)
    length = len(json.dumps(value, ensure_ascii=False))
    assert found == value if length <= characters else len(json.dumps(found, ensure_ascii=False)) <= 2 * characters + 40


def test_a_long_result_keeps_its_form():
    found = fitted({"replies": [{"prompt": f"ask {n}", "reply": "word " * 400} for n in range(50)]}, 5_000)
    assert isinstance(found, dict)
    assert found["replies"][0]["prompt"] == "ask 0"
    assert len(json.dumps(found)) <= 6_000
