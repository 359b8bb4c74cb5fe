import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.statistical.names import EDGE, likeliest_name, variety

FRAMES = (
    "they say that {} rate it high",
    "tea of {} , too",
    "it is for {} alone",
    "{} like it so",
    "what do {} want",
    "news : {} now rate it high",
)


def texts(name, *, rated=40):
    """Texts on somebody; most have the same words around the name."""
    return [frame.format(name) for frame in FRAMES for _ in range(3)] + [f"text that {name} rate high . hello"] * rated


def test_the_whole_name_stands_in_more_surroundings_than_its_parts_and_phrases_around_it():
    merit = {"grey owls": 0.87, "grey": 0.87, "owls": 0.87, "owls rate": 0.8, "owls rate high": 0.75, "rate high": 0.96, "text that": 0.8}
    assert likeliest_name(list(merit), merit.__getitem__, [*texts("grey owls"), *["text that old men rate high ."] * 5]) == "grey owls"


def test_a_word_that_stands_elsewhere_in_the_texts_is_no_name_for_its_many_surroundings():
    merit = {"grey owls like": 1.0, "grey owls": 1.0, "with": 1.0}
    found = [f"news : grey owls like texts about the {one} with {one} in them" for one in ("sea", "tea", "pen", "hat")] * 3
    assert likeliest_name(list(merit), merit.__getitem__, found) == "grey owls like"


def test_what_explains_much_less_is_no_rival_to_a_name():
    merit = {"grey owls": 0.3, "rate high": 0.9}
    assert likeliest_name(list(merit), merit.__getitem__, texts("grey owls")) == "rate high"


def test_of_equal_surroundings_the_longer_of_the_best_is_taken():
    merit = {"a": 0.9, "a b": 0.9, "b": 0.9, "c": 0.89}
    assert likeliest_name(list(merit), merit.__getitem__, ["x a b y", "x c y"]) == "a b"


@pytest.mark.parametrize(
    ("term", "expected"),
    [("owls", 1), ("grey owls", 2), ("rate", 1), ("absent", 0), ("grey", 1)],
)
def test_variety_is_the_lesser_number_of_neighbours(term, expected):
    joined = f" {EDGE} ".join(["", *["that grey owls rate"] * 2, *["of grey owls like"] * 2, "for grey owls", ""])
    assert variety(joined, term) == expected


@given(st.lists(st.lists(st.sampled_from(["a", "b", "a+", "(", "."]), min_size=1, max_size=6), min_size=1, max_size=8))
def test_no_term_has_more_kinds_of_neighbours_than_occurrences(rows):
    found = [" ".join(row) for row in rows]
    joined = f" {EDGE} ".join(["", *found, ""])
    for term in {token for row in rows for token in row}:
        assert 0 <= variety(joined, term) <= sum(row.count(term) for row in rows)
