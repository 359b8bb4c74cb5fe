"""Which rows of standings figures show, and how each looks in all of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from game.figure_style import series_look
from game.standings.standings import Standing
from transcripts import visible

AUDITORS = 8
"""That one figure tells apart; the best come first."""
RULES = 4
"""Panels side by side; those with the most runs."""
LABEL = 60
"""Characters of a name."""


@dataclass(frozen=True)
class Series:
    """One row as figures show it; a team looks like its auditor, but hollow and dashed."""

    row: Standing
    look: dict[str, Any]
    """Colour, marker and line."""

    @property
    def label(self) -> str:
        """The auditor or team."""
        return safe(self.row.name)


def safe(name: str) -> str:
    """A name as a figure can show it: a dollar sign would begin a formula."""
    return visible(name, LABEL).replace("$", r"\$")


def series(rows: Sequence[Standing]) -> list[Series]:
    """Rows of the best auditors, each with its teams behind it."""
    places: dict[str, int] = {}
    for row in rows:
        places.setdefault(row.auditor, len(places))
    placed = [(place, row) for row in rows if (place := places[row.auditor]) < AUDITORS]
    ordered = sorted(placed, key=lambda item: (item[0], item[1].members))
    hollow = {"markerfacecolor": "none", "linestyle": (0, (4, 2))}
    return [Series(row, series_look(place) | (hollow if row.members else {"linestyle": "-"})) for place, row in ordered]


def shown_rules(rows: Sequence[Standing]) -> list[str]:
    """The rules that are drawn, by name."""
    runs = Counter[str]()
    for row in rows:
        runs[row.rules] += sum(row.outcomes.values())
    return sorted(name for name, _ in runs.most_common(RULES))
