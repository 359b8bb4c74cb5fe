"""Quotations found inside texts."""

from hypothesis import given
from hypothesis import strategies as st

from transcripts import Marks, Piece


def test_a_quotation_is_found_up_to_white_space_and_once():
    marks = Marks({4: "dark chocolate"})
    assert marks.pieces("put dark\n chocolate in") == [Piece("put "), Piece("dark\n chocolate", (4,)), Piece(" in")]
    assert marks.pieces("dark chocolate") == [Piece("dark chocolate")]
    assert not marks.unplaced


def test_two_claims_may_quote_the_same_and_overlapping_ones_wait_for_another_text():
    marks = Marks({0: "b c", 1: "b c", 2: "c d", 3: "nowhere", 4: " "})
    assert marks.pieces("a b c d") == [Piece("a "), Piece("b c", (0, 1)), Piece(" d")]
    assert marks.unplaced == {2: "c d", 3: "nowhere", 4: " "}
    assert marks.pieces("c d") == [Piece("c d", (2,))]


def test_a_quotation_stands_in_a_value_until_it_is_marked():
    marks = Marks({0: "x y"})
    assert marks.stand_in({"a": [1, {"b": "w x  y z"}]})
    assert not marks.stand_in({"x y": 1})
    marks.pieces("x y")
    assert not marks.stand_in("x y")


@given(text=st.text(), quotations=st.lists(st.text(max_size=5), max_size=4))
def test_no_character_is_lost(text, quotations):
    assert "".join(piece.text for piece in Marks(dict(enumerate(quotations))).pieces(text)) == text
