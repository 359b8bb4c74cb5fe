"""Standings in the terminal. It computes nothing."""

from rich.table import Table
from rich.text import Text

from game.plain_table import plain_table
from game.standings.results import Results
from game.standings.standings import Standing
from game.standings.words import (
    attempts_words,
    held_words,
    mean_words,
    published_words,
    rate_words,
    runs_words,
    spread_words,
)
from transcripts import inert


def standings_table(results: Results) -> Table:
    """Our rows, then the published ones; intervals are 95 %, of rates the wider of Wilson's and the bootstrap over organisms."""
    table = plain_table(
        "auditor", "rules", "runs", "right", "right of all", "false alarms", "found", "precision", "one of k right", "median"
    )
    for row in results.standings:
        table.add_row(
            inert(row.name, "bold"),
            inert(row.rules),
            Text(runs_words(row)),
            Text(rate_words(row.right)),
            Text(rate_words(row.right_of_all)),
            Text(_alarms(row)),
            Text(mean_words(row.recall)),
            Text(mean_words(row.precision)),
            Text(attempts_words(row.by_attempts_of_all)),
            Text(_medians(row)),
        )
    for item in results.published:
        cells = (item.auditor, item.affordances, item.source, published_words(item), *["-"] * 5, item.note)
        table.add_row(*map(Text, cells), style="dim")
    return table


def _alarms(row: Standing) -> str:
    told = rate_words(row.false_alarms)
    same = row.false_alarms.of == row.false_alarms_of_all.of
    return told if same else f"{told}; of all {row.false_alarms_of_all.successes}/{row.false_alarms_of_all.of}"


def _medians(row: Standing) -> str:
    units = ((row.seconds, "s"), (row.tokens, "tokens"), (row.dollars, "$"))
    parts = [spread_words(found, unit) for found, unit in units if found is not None and found.high]
    if row.first_right is not None:
        parts.append(f"right held after {held_words(row.first_right, 's')}")
    return "; ".join(parts) or "-"
