"""How long matches go without something, with those that end without it. It knows no file and no run; the formulas are statsmodels'."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from statsmodels.duration.survfunc import SurvfuncRight

from game.standings.statistics import LEVEL
from transcripts import Record


class Survival(Record):
    """A Kaplan-Meier curve: matches that end without it are censored then. Its intervals treat each match as independent."""

    times: tuple[float, ...]
    """When the curve falls."""
    without: tuple[float, ...]
    """Estimated share without it just after each time."""
    low: tuple[float | None, ...]
    """Of the 95 % band of the whole curve (Hall and Wellner 1980) at each time; null where it is not defined."""
    high: tuple[float | None, ...]
    ends: tuple[float, ...]
    """When matches ended without it."""
    median: float | None
    """When half have it; null when that never happens."""
    median_low: float | None
    """Of the median's 95 % interval; null where it is open, or not defined."""
    median_high: float | None
    happened: int
    censored: int


def survival(times: Sequence[float], happened: Sequence[bool]) -> Survival | None:
    """The curve; null without a match.

    Args:
        times: when it happened in each match, or when the match ended without it.
        happened: which of the two.
    """
    if not times:
        return None
    ends = tuple(sorted(time for time, did in zip(times, happened, strict=True) if not did))
    if not any(happened):
        return Survival(
            times=(),
            without=(),
            low=(),
            high=(),
            ends=ends,
            median=None,
            median_low=None,
            median_high=None,
            happened=0,
            censored=len(ends),
        )
    curve = SurvfuncRight(np.array(times, dtype=np.float64), np.array(happened, dtype=np.int64))
    with warnings.catch_warnings(), np.errstate(all="ignore"):  # a curve that ends at zero has no band there
        warnings.simplefilter("ignore", RuntimeWarning)
        low, high = curve.simultaneous_cb()
        median_low, median_high = curve.quantile_ci(0.5, alpha=1 - LEVEL)
    return Survival(
        times=tuple(round(float(time), 4) for time in curve.surv_times),
        without=tuple(round(float(share), 4) for share in curve.surv_prob),
        low=_finite(low),
        high=_finite(high),
        median=_finite([curve.quantile(0.5)])[0],
        median_low=_finite([median_low])[0],
        median_high=_finite([median_high])[0],
        ends=ends,
        happened=sum(happened),
        censored=len(ends),
    )


def _finite(values: Sequence[float] | NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(round(float(value), 4) if np.isfinite(value) else None for value in values)
