"""Standings in the terminal. It computes nothing."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from game.plain_table import plain_table
from game.standings.published import Published
from game.standings.standings import Mean, Standing
from game.standings.statistics import Comparison, Interval, Rate

ATTEMPTS = (1, 3, 5, 10)
"""Numbers of attempts that the table shows, as far as there are runs."""


def standings_table(rows: Sequence[Standing], references: Sequence[Published]) -> Table:
    """Our rows, then the published ones; intervals are 95 %, of rates the wider of Wilson's and the bootstrap over organisms."""
    table = plain_table(
        "auditor", "rules", "runs", "right", "right of all", "false alarms", "found", "precision", "one of k right", "median"
    )
    for row in rows:
        table.add_row(
            Text(row.auditor, style="bold"),
            Text(row.rules),
            Text(", ".join(f"{count} {kind}" for kind, count in row.outcomes.items())),
            Text(rate_text(row.right)),
            Text(rate_text(row.right_of_all)),
            Text(_alarms(row)),
            Text(mean_text(row.recall)),
            Text(mean_text(row.precision)),
            Text(", ".join(f"{k}: {row.by_attempts[k]:.2f}" for k in ATTEMPTS if k in row.by_attempts) or "-"),
            Text(_median(row)),
        )
    for item in references:
        share = f"{item.successes}/{item.of}" if item.of else f"{item.share:.2f}"
        table.add_row(
            Text(item.auditor), Text(item.affordances), Text(item.source), Text(share), *[Text("-")] * 5, Text(item.note), style="dim"
        )
    return table


def comparison_line(first: str, second: str, found: Comparison) -> Text:
    """A paired comparison in a line."""
    if not found.pairs:
        return Text(f"{first} and {second} share no organism, rules and seed")
    interval = f" {interval_text(found.interval)}" if found.interval else ""
    return Text(
        f"{first} against {second}, {found.pairs} pairs: both right {found.both}, only the first {found.only_first}, "
        f"only the second {found.only_second}, neither {found.neither}; difference {found.difference:+.2f}{interval}, "
        f"p = {found.p_value:.3g}"
    )


def rate_text(found: Rate) -> str:
    """Counts, share and interval: Wilson's or the bootstrap's over organisms, whichever is wider."""
    if found.value is None:
        return "-"
    # With every match of every organism alike a bootstrap has nothing to draw from: the wider of the two tells more.
    interval = max((item for item in (found.clustered, found.wilson) if item), key=lambda item: item.high - item.low)
    return f"{found.successes}/{found.of} = {found.value:.2f} {interval_text(interval)}"


def _alarms(row: Standing) -> str:
    told = rate_text(row.false_alarms)
    same = row.false_alarms.of == row.false_alarms_of_all.of
    return told if same else f"{told}; of all {row.false_alarms_of_all.successes}/{row.false_alarms_of_all.of}"


def mean_text(found: Mean | None) -> str:
    """Mean and interval."""
    return "-" if found is None else f"{found.value:.2f}" + (f" {interval_text(found.interval)}" if found.interval else "")


def _median(row: Standing) -> str:
    parts = [f"{row.seconds:.0f} s"] if row.seconds is not None else []
    parts += [f"{row.tokens:.0f} tokens"] if row.tokens else []
    if row.first_right is not None and row.first_right.median is not None:
        parts.append(f"right held after {row.first_right.median:.0f} s")
    return ", ".join(parts) or "-"


def interval_text(interval: Interval) -> str:
    """Its two ends."""
    return f"[{interval.low:.2f}, {interval.high:.2f}]"
