"""Estimates with bootstrap intervals. Episodes of one bias are alike, so biases are resampled first, then episodes within each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from organism.foundry.truth import Rate
from transcripts import Record

LEVEL = 0.9
"""Probability that intervals cover (Marks et al. 2025 report 90 %)."""
RESAMPLES = 4000

Replicates = NDArray[np.float64]
"""Values of a statistic on bootstrap resamples, `[resamples]`."""


class Estimate(Record):
    """A measured value with its interval."""

    value: float
    low: float
    """Lower end of the 90 % bootstrap percentile interval."""
    high: float
    """Upper end."""
    episodes: int
    """Replies, answers or chats that were measured."""
    clusters: int
    """Biases or tastes that were resampled; with few of them the interval is wide, and with one it knows nothing of others."""


def rate_estimate(rates: Sequence[Rate], rng: np.random.Generator) -> Estimate:
    """The pooled rate of several clusters, such as the biases of a group.

    Args:
        rates: one for each cluster; at least one episode in all.
        rng: of the resampling.
    """
    applied, applicable = (sum(values) for values in zip(*((rate.applied, rate.applicable) for rate in rates), strict=True))
    return estimate(applied / applicable, rate_replicates(rates, rng), episodes=applicable, clusters=len(rates))


def rate_replicates(rates: Sequence[Rate], rng: np.random.Generator, resamples: int = RESAMPLES) -> Replicates:
    """Pooled rates of two-stage resamples: clusters with replacement, then episodes with replacement within each drawn cluster.

    A cluster drawn m times gives m n episodes, of which as many are applied as a binomial draw says: the same as drawing them one by one.
    """
    rates = [rate for rate in rates if rate.applicable]
    sizes = np.array([rate.applicable for rate in rates])
    shares = np.array([rate.value for rate in rates])
    drawn = rng.multinomial(len(rates), np.full(len(rates), 1 / len(rates)), size=resamples) * sizes
    applied: Replicates = rng.binomial(drawn, shares).sum(1) / drawn.sum(1)
    return applied


def mean_estimate(values: Sequence[float], rng: np.random.Generator, *, episodes: int) -> Estimate:
    """The mean of one value for each cluster, such as a difference for each taste.

    Args:
        values: at least one.
        rng: of the resampling.
        episodes: that the values rest on.
    """
    known = np.array(values, dtype=np.float64)
    replicates = known[rng.integers(len(known), size=(RESAMPLES, len(known)))].mean(1)
    return estimate(float(known.mean()), replicates, episodes=episodes, clusters=len(known))


def estimate(value: float, replicates: Replicates, *, episodes: int, clusters: int) -> Estimate:
    """A value with the percentile interval of its replicates."""
    low, high = np.quantile(replicates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value=value, low=float(low), high=float(high), episodes=episodes, clusters=clusters)
