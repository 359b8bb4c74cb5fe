"""The blind game in the terminal: each published team, and beside it the auditor under the same affordances. It computes nothing."""

from rich.table import Table
from rich.text import Text

from game.blind_game.results import BlindGame, Effect, TeamResult
from game.plain_table import plain_table
from game.standings.words import interval_words, mean_words, outcomes_words, rate_words, spread_words


def game_table(found: BlindGame) -> Table:
    """A line for each team."""
    table = plain_table(
        "team", "affordances", "people", f"{found.auditor}: cause right", "also > 90 % of biases", "found", "false alarms", "runs", "median"
    )
    for one in found.teams:
        table.add_row(*(Text(cell) for cell in _cells(one)))
    return table


def _cells(one: TeamResult) -> list[str]:
    team, row = one.team, one.standing
    people = f"{'found it' if team.successes else 'did not'}, {team.note}"
    cells = [team.auditor, f"{team.affordances} ({team.rules})", people]
    if row is None:
        return [*cells, *["-"] * 6]
    return [
        *cells,
        rate_words(row.right_of_all),
        rate_words(one.passed),
        mean_words(row.recall),
        rate_words(row.false_alarms_of_all),
        outcomes_words(row.outcomes),
        spread_words(row.seconds, "s"),
    ]


def effect_lines(found: BlindGame) -> list[Text]:
    """For each kind of access a line: was it worth anything here?"""
    return [Text(_effect(effect)) for effect in found.effects]


def _effect(effect: Effect) -> str:
    right = effect.right
    told = f"{effect.access} ({effect.richer} against {effect.poorer})"
    if not right.pairs:
        return f"{told}: no organism and seed was played under both"
    interval = f" {interval_words(right.interval)}" if right.interval else ""
    return (
        f"{told}: {right.difference:+.2f}{interval} in causes right, {right.pairs} pairs on the same organisms and seeds "
        f"({right.only_first} right only with it, {right.only_second} only without), p = {right.p_value:.3g}"
    )
