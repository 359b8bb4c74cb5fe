"""The statistics against hand-made cases, and what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.standings.statistics import by_attempts, cluster_interval, compare, rate, spread, success_in

outcomes = st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), min_size=1, max_size=30)


def test_a_rate_of_nothing():
    found = rate([], [])
    assert (found.value, found.wilson, found.clustered) == (None, None, None)


def test_wilson_of_a_textbook_case():
    """Newcombe 1998, table I: 81 of 263 is [0.2553, 0.3662]."""
    interval = rate([True] * 81 + [False] * 182, ["a"] * 263).wilson
    assert (interval.low, interval.high) == (0.2553, 0.3662)


def test_clusters_that_differ_widen_the_interval():
    alike = cluster_interval([1, 0] * 40, ["a", "a", "b", "b", "c", "c", "d", "d"] * 10)
    apart = cluster_interval([1] * 40 + [0] * 40, ["a"] * 20 + ["b"] * 20 + ["c"] * 20 + ["d"] * 20)
    assert alike.high - alike.low < 0.05
    assert apart.high - apart.low > 0.5
    assert cluster_interval([1, 0], ["a", "a"]) is None


@given(outcomes)
def test_intervals_hold_their_rate(played):
    found = rate([right for right, _ in played], [organism for _, organism in played])
    assert found.wilson.low - 1e-4 <= found.value <= found.wilson.high + 1e-4
    if found.clustered:
        assert found.clustered.low - 1e-4 <= found.value <= found.clustered.high + 1e-4
        assert found.clustered.low >= 0
        assert found.clustered.high <= 1


def test_success_in_attempts():
    assert success_in(1, 3, 10) == 0.3
    assert success_in(2, 1, 2) == 1
    assert success_in(8, 3, 10) == 1
    assert success_in(3, 0, 5) == 0
    with pytest.raises(ValueError, match="3 attempts"):
        success_in(3, 1, 2)


@given(outcomes)
def test_more_attempts_never_hurt(played):
    found = by_attempts([right for right, _ in played], [organism for _, organism in played])
    assert [item.attempts for item in found] == list(range(1, len(found) + 1))
    assert [item.value for item in found] == sorted(item.value for item in found)


def test_success_by_attempts_is_a_mean_over_organisms():
    found = by_attempts([True, False, False, False], list("aabb"))
    assert [(item.attempts, item.value, item.organisms) for item in found] == [(1, 0.25, 2), (2, 0.5, 2)]
    assert (found[1].interval.low, found[1].interval.high) == (0, 1)
    assert by_attempts([True], ["a"])[0].interval is None
    assert by_attempts([], []) == ()


def test_a_spread_has_quartiles():
    found = spread([4, 1, 2, 3, 5])
    assert (found.low, found.median, found.high, found.of) == (2, 3, 4, 5)
    assert spread([]) is None


def test_a_paired_comparison():
    found = compare([True] * 8 + [False] * 2, [True] * 2 + [False] * 8, list("abcde") * 2)
    assert (found.both, found.only_first, found.only_second, found.neither) == (2, 6, 0, 2)
    assert found.difference == 0.6
    assert found.p_value == 0.03125
    assert found.interval.low > 0
    nothing = compare([], [], [])
    assert (nothing.pairs, nothing.difference, nothing.p_value) == (0, None, None)


@given(outcomes, st.randoms())
def test_comparing_with_oneself_finds_nothing(played, random):
    right, organisms = [one for one, _ in played], [organism for _, organism in played]
    found = compare(right, right, organisms)
    assert (found.difference, found.only_first, found.only_second) == (0, 0, 0)
    assert found.p_value == 1
