"""Results as blocks, told apart by their shape."""

from hypothesis import given
from hypothesis import strategies as st

from transcripts import LEVELS, Cut, Marks, blocks
from transcripts.blocks import Facts, Grid, Part, Parts, Rate, Strip, Texts, Token, Words

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
LONG = "word " * 30


def drawn(content, **limits):
    return blocks(content, Cut(**limits))


def test_short_values_stand_together_and_texts_alone():
    assert drawn({"matches": 43, "text": LONG, "share": 0.12345, "more": True, "nothing": None, "interval": [0.1, 0.2]}) == (
        Facts((("matches", "43"), ("share", "0.1235"), ("more", "yes"), ("interval", "0.1, 0.2"))),
        Words("text", LONG),
    )


def test_a_rate_with_its_interval():
    (found,) = drawn({"treatment": {"rate": 0.5, "interval": [0.25, 0.75], "fired": 3}})
    assert found == Rate("treatment", 0.5, 0.25, 0.75, (Facts((("fired", "3"),)),))
    (found,) = drawn({"treatment": {"rate": 7, "interval": [-1, 2]}})
    assert (found.rate, found.low, found.high) == (1.0, 0.0, 1.0)


def test_objects_with_short_values_are_a_table():
    (found,) = drawn({"features": [{"feature": 1, "label": "soup"}, {"feature": 2}]})
    assert found == Grid("features", ("feature", "label"), (("1", "soup"), ("2", "")), (True, False), 0)


def test_documents_are_parts_and_a_short_one_is_drawn_as_the_long_ones():
    (found,) = drawn({"documents": [{"id": "d1", "text": LONG}, {"id": "d2", "text": "short"}]})
    assert found == Parts("documents", ((Facts((("id", "d1"),)), Words("text", LONG)), (Facts((("id", "d2"),)), Words("text", "short"))), 0)
    assert found.items[0][0].line == "id d1"


def test_tokens_with_a_number_are_a_strip_and_with_several_features_one_for_each():
    (found,) = drawn({"tokens": [{"token": "a", "log_probability": -4.0}, {"token": "b", "log_probability": 1.0}]})
    assert found == Strip("tokens", "log_probability", (Token("a", -4.0, LEVELS), Token("b", 1.0, LEVELS // 4)), 0)
    strips = drawn({"features": [7, 8, 9, 10], "tokens": [{"position": 0, "token": "a", "activations": [0.0, 1.0, 2.0, 3.0]}]})
    assert [strip.name for strip in strips] == ["feature 7", "feature 8", "feature 9", "feature 10"]
    assert strips[0].tokens[0].level == 0


def test_cut_lists_and_texts_say_what_is_left_out():
    (found,) = drawn({"samples": ["abcdef", "b", "c"]}, characters=4, length=2)
    assert found == Texts("samples", ("abcd… (+2 characters)", "b"), 1)


def test_what_is_quoted_is_not_cut():
    marks = Marks({0: "c d"})
    (found,) = blocks({"samples": ["a", "b", "the  c   d e", "f"]}, Cut(characters=3, length=1).around(marks))
    assert found == Texts("samples", ("a", "the  c   d e"), 2)


def test_depth_is_bounded():
    content = {"text": "end"}
    for _ in range(50):
        content = {"inside": content}
    (found,) = drawn(content)
    while isinstance(found, Part):
        (found,) = found.inside
    assert found == Words("inside", "(nested too deep)")


@given(content=JSON, length=st.none() | st.integers(0, 3))
def test_any_result_has_blocks(content, length):
    blocks(content, Cut(characters=length, length=length))
