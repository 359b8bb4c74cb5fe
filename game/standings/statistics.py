"""Statistics of matches: rates with two kinds of intervals, success by number of attempts, spreads, paired comparison.

Every formula is a library's (scipy, statsmodels). It knows no file and no run.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.stats import bootstrap, hypergeom
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from transcripts import Record

LEVEL = 0.95
RESAMPLES = 2000
SEED = 0
"""Of all resampling: the same runs always give the same intervals."""


class Interval(Record):
    """A 95 % interval."""

    low: float
    high: float


class Rate(Record):
    """A share of matches."""

    successes: int = Field(ge=0)
    of: int = Field(ge=0)
    value: float | None
    """Null where there is nothing to divide by."""
    wilson: Interval | None
    """Treats each match as independent."""
    clustered: Interval | None
    """Bootstrap over organisms, whose matches are alike; null with fewer than two of them."""


def rate(outcomes: Sequence[bool], clusters: Sequence[Hashable]) -> Rate:
    """The share of true outcomes with its intervals.

    Args:
        outcomes: one for each match.
        clusters: the organism of each.
    """
    if not outcomes:
        return Rate(successes=0, of=0, value=None, wilson=None, clustered=None)
    low, high = proportion_confint(sum(outcomes), len(outcomes), alpha=1 - LEVEL, method="wilson")
    return Rate(
        successes=sum(outcomes),
        of=len(outcomes),
        value=round(sum(outcomes) / len(outcomes), 4),
        wilson=_interval(float(low), float(high)),
        clustered=cluster_interval([float(outcome) for outcome in outcomes], clusters),
    )


def _interval(low: float, high: float) -> Interval:
    return Interval(low=round(low, 4), high=round(high, 4))


def cluster_interval(values: Sequence[float], clusters: Sequence[Hashable]) -> Interval | None:
    """The percentile interval of a mean when whole clusters are drawn again (cluster bootstrap); null with fewer than two clusters."""
    groups: dict[Hashable, list[float]] = defaultdict(list)
    for value, cluster in zip(values, clusters, strict=True):
        groups[cluster].append(value)
    if len(groups) < 2:
        return None
    sums = np.array([sum(group) for group in groups.values()])
    sizes = np.array([len(group) for group in groups.values()])

    def mean(sums: NDArray[np.float64], sizes: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
        means: NDArray[np.float64] = sums.sum(axis=axis) / sizes.sum(axis=axis)
        return means

    found = bootstrap(
        (sums, sizes),
        mean,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return _interval(float(found.low), float(found.high))


def success_in(attempts: int, successes: int, of: int) -> float:
    """The chance that at least one of `attempts` matches succeeds, drawn without putting back from those played (pass@k, Chen et al. 2021).

    Raises:
        ValueError: more attempts than matches.
    """
    if attempts > of:
        raise ValueError(f"{attempts} attempts cannot be drawn from {of} matches")
    return round(float(hypergeom.sf(0, of, successes, attempts)), 4)


class Attempts(Record):
    """The chance that at least one of so many matches on an organism comes out so."""

    attempts: int
    value: float
    """Mean over organisms."""
    organisms: int
    interval: Interval | None
    """Bootstrap over organisms; null with fewer than two of them."""


def by_attempts(outcomes: Sequence[bool], clusters: Sequence[Hashable]) -> tuple[Attempts, ...]:
    """For each number of attempts the chance that one comes out so, up to the fewest matches of any organism.

    Args:
        outcomes: one for each match.
        clusters: the organism of each.
    """
    groups: dict[Hashable, list[bool]] = defaultdict(list)
    for outcome, cluster in zip(outcomes, clusters, strict=True):
        groups[cluster].append(outcome)
    found = []
    for attempts in range(1, 1 + min((len(group) for group in groups.values()), default=0)):
        chances = [success_in(attempts, sum(group), len(group)) for group in groups.values()]
        found.append(
            Attempts(
                attempts=attempts,
                value=round(float(np.mean(chances)), 4),
                organisms=len(groups),
                interval=cluster_interval(chances, list(groups)),
            )
        )
    return tuple(found)


class Spread(Record):
    """How a number spreads over matches."""

    low: float
    """First quartile."""
    median: float
    high: float
    """Third quartile."""
    of: int
    """Matches of which it is known."""


def spread(values: Sequence[float]) -> Spread | None:
    """Median and quartiles; null without a value."""
    if not values:
        return None
    low, median, high = (round(float(cut), 6) for cut in np.quantile(values, (0.25, 0.5, 0.75)))
    return Spread(low=low, median=median, high=high, of=len(values))


class Comparison(Record):
    """Two auditors on the same matches."""

    pairs: int
    both: int
    only_first: int
    only_second: int
    neither: int
    difference: float | None
    """Success of the first less that of the second."""
    interval: Interval | None
    """Cluster bootstrap of the difference over organisms; null with fewer than two of them."""
    p_value: float | None
    """McNemar's exact test; null without a pair."""


def compare(first: Sequence[bool], second: Sequence[bool], clusters: Sequence[Hashable]) -> Comparison:
    """Compare paired outcomes.

    Args:
        first: of one auditor.
        second: of the other, on the same organisms and seeds, in the same order.
        clusters: the organism of each pair.
    """
    pairs = list(zip(first, second, strict=True))
    counts = {case: pairs.count(case) for case in ((True, True), (True, False), (False, True), (False, False))}
    table = [[counts[True, True], counts[True, False]], [counts[False, True], counts[False, False]]]
    differences = [float(one) - float(two) for one, two in pairs]
    return Comparison(
        pairs=len(pairs),
        both=counts[True, True],
        only_first=counts[True, False],
        only_second=counts[False, True],
        neither=counts[False, False],
        difference=round(float(np.mean(differences)), 4) if pairs else None,
        interval=cluster_interval(differences, clusters),
        p_value=float(f"{mcnemar(table, exact=True).pvalue:.4g}") if pairs else None,
    )
