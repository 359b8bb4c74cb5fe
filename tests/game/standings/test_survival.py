"""Survival curves against hand-made cases, and what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.standings.survival import survival


def test_survival_with_censoring():
    """At 1 one of four has it, at 3 one of the two that are left; the others end without it at 2 and 4."""
    found = survival([1, 2, 3, 4], [True, False, True, False])
    assert found.times == (1, 3)
    assert found.without == (0.75, 0.375)
    assert found.ends == (2, 4)
    assert (found.median, found.happened, found.censored) == (3, 2, 2)


def test_nothing_and_never():
    assert survival([], []) is None
    never = survival([5.0, 6.0], [False, False])
    assert (never.median, never.times, never.ends) == (None, (), (5.0, 6.0))


def test_an_open_interval_of_the_median():
    """The lower end of Brookmeyer and Crowley's interval is the first of four falls; nothing bounds it from above."""
    found = survival([1, 2, 3, 4, 5, 6, 7, 8], [True, False, True, False, True, True, False, False])
    assert (found.median, found.median_low, found.median_high) == (6, 1, None)


@pytest.mark.filterwarnings("error")
@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), min_size=1, max_size=30))
def test_a_curve_falls_and_lies_in_its_band(matches):
    found = survival([time for time, _ in matches], [did for _, did in matches])
    assert found.happened + found.censored == len(matches)
    assert list(found.without) == sorted(found.without, reverse=True)
    for share, low, high in zip(found.without, found.low, found.high, strict=True):
        assert (low is None) == (high is None)
        if low is not None:
            assert low - 1e-4 <= share <= high + 1e-4
