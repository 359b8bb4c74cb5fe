"""Numbers of standings in words, alike in the terminal, in figures and on the page. It computes nothing."""

from collections.abc import Iterable, Sequence

from game.standings.published import Published
from game.standings.results import Pair
from game.standings.standings import Mean, Standing
from game.standings.statistics import Attempts, Interval, Rate, Spread
from game.standings.survival import Survival

ATTEMPTS = (1, 3, 5, 10)
"""Numbers of attempts that tables show, as far as there are runs."""
NONE = "-"


def wider(found: Rate) -> Interval | None:
    """The wider of the two intervals: with all matches of an organism alike the bootstrap has nothing to draw from."""
    return max((item for item in (found.clustered, found.wilson) if item), key=lambda item: item.high - item.low, default=None)


def rate_words(found: Rate) -> str:
    """A rate with its counts and the wider interval."""
    return NONE if found.value is None else f"{share_words(found)} {interval_words(wider(found))}"


def share_words(found: Rate) -> str:
    """A rate with its counts."""
    return NONE if found.value is None else f"{found.successes}/{found.of} = {found.value:.2f}"


def interval_words(interval: Interval | None) -> str:
    """An interval."""
    return f"[{interval.low:.2f}, {interval.high:.2f}]" if interval else NONE


def mean_words(found: Mean | None) -> str:
    """A mean with its interval."""
    return NONE if found is None else f"{found.value:.2f}" + (f" {interval_words(found.interval)}" if found.interval else "")


def attempts_words(found: Sequence[Attempts]) -> str:
    """Chances by number of attempts."""
    return ", ".join(f"{item.attempts}: {item.value:.2f}" for item in found if item.attempts in ATTEMPTS) or NONE


def attempt_words(found: Sequence[Attempts], attempts: int) -> str:
    """The chance by one number of attempts, with its interval."""
    for item in found:
        if item.attempts == attempts:
            return f"{item.value:.2f}" + (f" {interval_words(item.interval)}" if item.interval else "")
    return NONE


def told_attempts(row: Standing, teams: Iterable[int]) -> list[int]:
    """The numbers of attempts that the page tells of an auditor: those of tables, as far as there are runs, and those of its teams."""
    played = max((item.attempts for item in (*row.by_attempts_of_all, *row.false_alarms_by_attempts)), default=0)
    return sorted({number for number in ATTEMPTS if number <= played} | set(teams))


def spread_words(found: Spread | None, unit: str) -> str:
    """A median with its quartiles."""
    if found is None:
        return NONE
    median = amount_words(found.median, unit)
    if found.low == found.high:
        return median
    return f"{median} ({amount_words(found.low, unit, bare=True)} to {amount_words(found.high, unit, bare=True)})"


def amount_words(value: float, unit: str, *, bare: bool = False) -> str:
    """A number of that unit.

    Args:
        value: seconds, tokens, calls or dollars.
        unit: `$` or what stands behind the number.
        bare: whether to leave the unit out.
    """
    if unit == "$":
        number = f"{value:.2f}" if value >= 1 or value == 0 else f"{value:.2g}"
        return number if bare else f"${number}"
    return f"{value:,.0f}" if bare else f"{value:,.0f} {unit}".rstrip()


def held_words(found: Survival | None, unit: str) -> str:
    """When half had it, with its interval, and of how many it is known."""
    if found is None:
        return NONE
    counts = f"{found.happened} of {found.happened + found.censored}"
    if found.median is None:
        return f"not by half; {counts}"
    low, high = (None if end is None else amount_words(end, unit, bare=True) for end in (found.median_low, found.median_high))
    interval = f" [{low or 0}, {high or 'open'}]" if low or high else ""
    return f"{amount_words(found.median, unit)}{interval}; {counts}"


def outcomes_words(counts: dict[str, int]) -> str:
    """Runs by outcome."""
    return ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "none"


def runs_words(row: Standing) -> str:
    """Runs by outcome, and how many of them came late or from elsewhere."""
    marks = [f"{count} {mark}" for mark, count in (("late", row.late), ("imported", row.imported)) if count]
    return outcomes_words(row.outcomes) + (f" ({', '.join(marks)})" if marks else "")


def published_words(row: Published) -> str:
    """Successes of a published row."""
    return f"{row.successes}/{row.of}" if row.of else f"{row.right:.2f}"


def comparison_words(pair: Pair) -> str:
    """A paired comparison in a sentence."""
    first, second, found = pair.first, pair.second, pair.found
    if not found.pairs:
        return f"{first} and {second} share no organism, rules and seed"
    interval = f" {interval_words(found.interval)}" if found.interval else ""
    return (
        f"{first} against {second}, {found.pairs} pairs: both right {found.both}, only the first {found.only_first}, "
        f"only the second {found.only_second}, neither {found.neither}; difference {found.difference:+.2f}{interval}, "
        f"p = {found.p_value:.3g}"
    )
