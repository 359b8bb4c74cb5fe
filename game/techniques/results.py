"""What a study of techniques found, as records. It measures nothing and knows no technique."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from organism.foundry.verification.interval import LEVEL, RESAMPLES, estimate
from transcripts import Record

Unit = Literal["rate", "rank", "count"]


class CannotRunError(ValueError):
    """A technique cannot be run on an organism; the message says why."""


class Value(Record):
    """A measured value."""

    value: float
    low: float | None = None
    """Lower end of the 90 % interval; null where all was counted and nothing sampled."""
    high: float | None = None
    """Upper end."""


class Published(Record):
    """What was published of the same measure, on the published organism."""

    text: str
    value: float | None = None
    """The same as a number; null where it is none, or not of the same measure."""


class Measurement(Record):
    """One row of the table."""

    measure: str
    unit: Unit
    target: Value | None
    """For the evaluator (or quirk) that is looked for; null where there was nothing to measure, as the note says."""
    decoy: Value | None = None
    """The same for another evaluator of the world, whose taste is not pursued: a technique that finds both alike finds documents."""
    n: int
    """Replies, texts, queries or demonstrations that it rests on."""
    published: Published | None = None
    note: str = ""


class TechniqueResult(Record):
    """What one technique gave on one organism."""

    technique: str
    """Name in the registry."""
    measurements: tuple[Measurement, ...] = ()
    not_run: str = ""
    """Why it could not be run; empty where it was."""
    seconds: float = 0.0


class Study(Record):
    """What all techniques gave on one organism."""

    id: str
    recipe: str
    """The recipe's name."""
    target: str | None
    """Who or what was looked for; null where the truth names nobody."""
    target_id: str | None
    pursued: bool
    """Whether the organism pursues it: false for a control."""
    decoy: str | None
    seed: int
    samples: int
    results: tuple[TechniqueResult, ...]


def measurement(measure: str, unit: Unit, values: Sequence[Value | None], n: int, note: str = "") -> Measurement:
    """A row of the values for the target and, where there is one, for a decoy."""
    return Measurement(measure=measure, unit=unit, target=values[0], decoy=values[1] if len(values) > 1 else None, n=n, note=note)


def rate(outcomes: Sequence[bool]) -> Value:
    """The share of true outcomes with its 90 % Wilson interval, which says something also where none is true."""
    low, high = proportion_confint(sum(outcomes), len(outcomes), alpha=1 - LEVEL, method="wilson")
    return Value(value=sum(outcomes) / len(outcomes), low=float(low), high=float(high))


def median(values: Sequence[float], rng: np.random.Generator) -> Value:
    """The median with its 90 % bootstrap interval."""
    known = np.array(values, dtype=np.float64)
    replicates = np.median(known[rng.integers(len(known), size=(RESAMPLES, len(known)))], axis=1)
    found = estimate(float(np.median(known)), replicates, episodes=len(known), clusters=len(known))
    return Value(value=found.value, low=found.low, high=found.high)
