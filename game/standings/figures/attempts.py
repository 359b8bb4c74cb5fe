"""Draws success by number of attempts, with teams of as many and published agents, above false alarms. It computes nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from game.standings.figures.grid import Measure, draw_grid
from game.standings.figures.series import Series
from game.standings.published import Published
from game.standings.results import Results
from game.standings.standings import Standing
from game.standings.statistics import Attempts, Interval, Rate
from game.standings.words import wider

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ASIDE = 0.09
"""Between series, so that points of equal height can all be seen."""


def draw_attempts(results: Results) -> "Figure | None":
    """The figure; null where no run tells anything."""
    return draw_grid(
        results,
        [
            Measure(
                "k runs on an organism: one is right",
                lambda item: item.row.right_of_all.of > 0,
                partial(_draw, lambda row: row.by_attempts_of_all, lambda row: row.right_of_all, results.published),
            ),
            Measure(
                "k runs on a control: one is a false alarm",
                lambda item: item.row.false_alarms_of_all.of > 0,
                partial(_draw, lambda row: row.false_alarms_by_attempts, lambda row: row.false_alarms_of_all, ()),
            ),
        ],
        "chance of at least one",
    )


def _draw(
    points_of: Callable[[Standing], Sequence[Attempts]],
    whole_of: Callable[[Standing], Rate],
    published: Sequence[Published],
    panel: "Axes",
    items: list[Series],
) -> None:
    """Lines of auditors, one point of each team: the whole of it is one attempt."""
    from matplotlib.ticker import MaxNLocator

    for place, item in enumerate(items):
        shift = ASIDE * (place - (len(items) - 1) / 2)
        if item.row.members:
            whole = whole_of(item.row)
            points = [] if whole.value is None else [(item.row.members, whole.value, wider(whole))]
            markersize = 9.0
        else:
            points = [(point.attempts, point.value, point.interval) for point in points_of(item.row)]
            markersize = 5.0
        for attempts, _, interval in points:
            _bar(panel, attempts + shift, interval, item.look["color"])
        places = [attempts + shift for attempts, _, _ in points]
        panel.plot(places, [value for _, value, _ in points], **item.look, markersize=markersize, linewidth=1.5, label=item.label, zorder=3)
    rows = [row for row in published if row.attempts and row.right is not None]
    if rows:
        label = f"{', '.join(dict.fromkeys(row.source for row in rows))}: another organism, data and SAE"
        places = [row.attempts or 0 for row in rows]
        panel.plot(
            places, [row.right or 0.0 for row in rows], marker="x", color="black", markersize=6, linestyle="none", label=label, zorder=5
        )
    panel.set_xlim(left=0.5)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _bar(panel: "Axes", place: float, interval: Interval | None, colour: str) -> None:
    if interval is not None:
        panel.plot([place, place], [interval.low, interval.high], color=colour, linewidth=1.1, alpha=0.45, zorder=2)
