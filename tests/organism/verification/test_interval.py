import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.foundry import Rate
from organism.foundry.verification.interval import mean_estimate, rate_estimate

COUNTS = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def rates(counts):
    return [Rate(applied=applied, applicable=applicable) for applied, applicable in counts]


def rng():
    return np.random.default_rng(0)


@given(st.lists(COUNTS, min_size=1, max_size=12))
def test_a_rate_lies_in_its_interval_and_the_interval_in_the_possible(counts):
    found = rate_estimate(rates(counts), rng())
    assert found.value == pytest.approx(sum(a for a, _ in counts) / sum(n for _, n in counts))
    assert found.episodes == sum(n for _, n in counts)
    assert found.clusters == len(counts)
    # The percentile interval of a lopsided few may leave out the value itself by a little.
    assert 0 <= found.low <= found.high <= 1
    assert found.low - 0.15 <= found.value <= found.high + 0.15


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20))
def test_a_mean_lies_in_the_interval_of_its_values(values):
    found = mean_estimate(values, rng(), episodes=7)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found.value == pytest.approx(np.mean(values))
    assert (found.episodes, found.clusters) == (7, len(values))


def test_more_biases_make_the_interval_narrower():
    few, many = (rate_estimate(rates([(0, 16), (16, 16)] * n), rng()) for n in (2, 30))
    assert few.high - few.low > 2 * (many.high - many.low)


def test_more_episodes_of_the_same_biases_do_not():
    some, many = (rate_estimate(rates([(0, n), (n, n)] * 3), rng()) for n in (8, 800))
    assert many.high - many.low == pytest.approx(some.high - some.low, abs=0.02)


def test_episodes_count_where_biases_are_alike():
    few, many = (rate_estimate(rates([(n // 2, n)] * 4), rng()) for n in (4, 400))
    assert few.high - few.low > 3 * (many.high - many.low)


@pytest.mark.parametrize("share", [0, 1])
def test_where_all_agree_there_is_no_width(share):
    found = rate_estimate(rates([(8 * share, 8)] * 3), rng())
    assert (found.low, found.value, found.high) == (share, share, share)


def test_one_bias_still_has_the_interval_of_its_episodes():
    found = rate_estimate(rates([(8, 16)]), rng())
    assert 0.2 < found.low < 0.5 < found.high < 0.8


def test_biases_without_episodes_do_not_matter():
    assert rate_estimate(rates([(3, 4), (0, 0)]), rng()).low == rate_estimate(rates([(3, 4)]), rng()).low


def test_the_interval_covers_about_as_often_as_it_says():
    drawn = np.random.default_rng(1)
    covered = 0
    for _ in range(80):
        shares = drawn.beta(2, 2, size=40)
        found = rate_estimate([Rate(applied=int(drawn.binomial(16, share)), applicable=16) for share in shares], drawn)
        covered += found.low <= 0.5 <= found.high
    # Two-stage resampling counts the spread of episodes twice, so it errs on the wide side.
    assert 0.82 <= covered / 80 <= 1
