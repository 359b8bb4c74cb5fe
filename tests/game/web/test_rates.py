"""Buckets of tokens on a clock that a test moves."""

import pytest

from game.web import rates
from game.web.rates import Rate, TooOftenError


def test_a_bucket_is_emptied_and_fills_again(monkeypatch):
    now = [100.0]
    rate = Rate(at_once=2, a_second=0.5, clock=lambda: now[0])
    rate.take("a")
    rate.take("a")
    with pytest.raises(TooOftenError, match="wait 2 seconds") as error:
        rate.take("a")
    assert error.value.seconds == 2
    rate.take("b")
    now[0] += 1.9
    with pytest.raises(TooOftenError, match="wait 1 second,"):
        rate.take("a")
    now[0] += 0.2
    rate.take("a")
    rate.give_back("a")
    rate.take("a")
    now[0] += 1000
    rate.take("a")
    rate.take("a")
    with pytest.raises(TooOftenError):
        rate.take("a")
    monkeypatch.setattr(rates, "MOST", 3)
    for name in "cdef":
        rate.take(name)
    assert len(rate._buckets) == 3
