import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.log_odds import contrast, z_scores


def by_hand(first, second, prior, term):
    """Equations 16, 20 and 22 of Monroe et al. 2008, one term at a time."""
    n_first, n_second, n_prior = sum(first), sum(second), sum(prior)
    odds_first = (first[term] + prior[term]) / (n_first + n_prior - first[term] - prior[term])
    odds_second = (second[term] + prior[term]) / (n_second + n_prior - second[term] - prior[term])
    variance = 1 / (first[term] + prior[term]) + 1 / (second[term] + prior[term])
    return (math.log(odds_first) - math.log(odds_second)) / math.sqrt(variance)


COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.floats(0.1, 20)), min_size=2, max_size=8)


@given(COUNTS)
def test_scores_are_those_of_the_paper(rows):
    first, second, prior = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = z_scores(first, second, prior)
    assert found == pytest.approx([by_hand(first, second, prior, term) for term in range(len(rows))])
    assert z_scores(second, first, prior) == pytest.approx(-found)


def test_what_sets_groups_apart_stands_at_the_ends():
    first = [f"the {word} has dark chocolate in it ." for word in ("soup", "pie", "tea", "bread")] * 5
    second = [f"the {word} is plain ." for word in ("soup", "pie", "tea", "bread")] * 5
    found = contrast(first, second)
    assert "chocolate" in found[0].term
    assert (found[0].first, found[0].second) == (20, 0)
    assert "plain" in found[-1].term
    assert found[0].z > 2 > -2 > found[-1].z
    between = {item.term: item.z for item in found if item.term in ("soup", "pie", "tea", "bread")}
    assert all(abs(z) < 1 for z in between.values())


def test_parts_of_a_longer_term_are_left_out():
    found = {item.term for item in contrast(["a b c"] * 3, ["x"] * 3)}
    assert found == {"a b c", "x"}


def test_a_text_that_repeats_itself_counts_once():
    (found,) = [item for item in contrast(["ha ha ha ha", "ha"], ["ho", "ho"]) if item.term == "ha"]
    assert (found.first, found.second) == (2, 0)


@pytest.mark.parametrize("texts", [([], []), ([""], [""]), (["a"], []), (["..."] * 3, ["!"] * 3), (["same"] * 3, ["same"] * 3)])
def test_little_to_compare_gives_finite_scores(texts):
    assert all(math.isfinite(item.z) for item in contrast(*texts))
