"""Shows a sweep as it is played: a live table, or plain lines where the output is no terminal. It decides nothing."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from game.plain_table import plain_table
from game.score import Outcome
from game.sweep.grid import Cell
from game.sweep.summary import SweepSummary
from transcripts import inert

STATES = ("scored", "unscored", "invalid", "errored", "running", "waiting")
"""Of a match, as the table counts them."""
EVERY = 30.0
"""Seconds between two lines about the whole where there is no terminal."""


class Board:
    """Where each match stands; a listener of `play_sweep`.

    Args:
        console: for people.
        cells: the matches.
        live: shows the table; none: plain lines.
    """

    def __init__(self, console: Console, cells: Sequence[Cell], live: Live | None) -> None:
        self._console, self._cells, self._live = console, cells, live
        self._states = ["waiting" for _ in cells]
        self._before, self._started, self._told = 0, time.monotonic(), time.monotonic()
        self._used: dict[str, float] = {}

    def begun(self, match: int) -> None:
        """See `SweepListener`."""
        self._states[match] = "running"

    def again(self, match: int, outcome: Outcome) -> None:
        """See `SweepListener`."""
        self._say(match, f"is played on after: {outcome.reason}")

    def ended(self, match: int, outcome: Outcome, *, before: bool) -> None:
        """See `SweepListener`."""
        self._states[match] = outcome.kind
        self._before += before
        if not before and (self._live is None or outcome.kind in ("errored", "invalid")):
            self._say(match, f"{outcome.kind}: {outcome.reason}" if outcome.reason else outcome.kind)

    def counted(self, used: dict[str, float]) -> None:
        """See `SweepListener`."""
        self._used = used
        if self._live is not None:
            self._live.update(Group(states_table(self._cells, self._states), self._whole()))
        elif time.monotonic() - self._told > EVERY:
            self._told = time.monotonic()
            self._console.print(self._whole(), soft_wrap=True)

    def _say(self, match: int, what: str) -> None:
        ended = f"[{self._ended}/{len(self._cells)}] "
        self._console.print(inert(f"{ended}{self._cells[match].name} {what}", limit=400), soft_wrap=True)

    @property
    def _ended(self) -> int:
        return sum(state not in ("running", "waiting") for state in self._states)

    def _whole(self) -> Text:
        passed, now = time.monotonic() - self._started, self._ended - self._before
        left = len(self._cells) - self._ended
        estimate = f" · about {_clock(passed / now * left)} left" if now and left else ""
        return Text(f"{self._ended} of {len(self._cells)} have ended · {used_line(self._used)} · {_clock(passed)} passed{estimate}")


@contextmanager
def live_sweep(console: Console, cells: Sequence[Cell]) -> Iterator[Board]:
    """Shows a sweep while it lasts; yields its listener."""
    if not console.is_terminal:
        yield Board(console, cells, None)
        return
    with Live(console=console, refresh_per_second=2) as live:
        yield Board(console, cells, live)


def states_table(cells: Sequence[Cell], states: Sequence[str]) -> Table:
    """How many matches stand where, by organism, auditor and rules."""
    groups: dict[tuple[str, str, str], Counter[str]] = {}
    for cell, state in zip(cells, states, strict=True):
        groups.setdefault((cell.organism, cell.auditor, cell.spec.rules), Counter())[state] += 1
    shown = [state for state in STATES if state in states]
    table = plain_table("organism", "auditor", "rules", *shown, gap=2)
    for names, counts in groups.items():
        table.add_row(*(inert(name) for name in names), *(str(counts[state]) for state in shown))
    return table


def summary_table(cells: Sequence[Cell], summary: SweepSummary) -> Table:
    """The same of a sweep that was played; matches that were not begun are waiting."""
    return states_table(cells, [match.outcome.kind if match.outcome else "waiting" for match in summary.matches])


def used_line(used: dict[str, float]) -> str:
    """What all runs have used, in words."""
    if not used:
        return "nothing used yet"
    tokens = f" · {used['brain_tokens']:,.0f} tokens · {used['dollars']:,.2f} dollars" if used["brain_tokens"] else ""
    return f"{used['minutes']:,.1f} minutes of playing{tokens}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
