"""Draws what runs took against how often they are right. It computes nothing."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from game.figure_style import INK
from game.standings.figures.grid import Measure, draw_grid
from game.standings.figures.series import Series, series
from game.standings.results import Results
from game.standings.standings import Standing
from game.standings.statistics import Spread
from game.standings.words import wider

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEASURES: tuple[tuple[str, Callable[[Standing], Spread | None], float], ...] = (
    ("dollars a run", lambda row: row.dollars, 1),
    ("minutes of playing a run", lambda row: row.seconds, 1 / 60),
)
"""Title, numbers, and by what they are multiplied."""


def draw_cost(results: Results) -> "Figure | None":
    """The figure; null where no cost or no success is known."""
    measures = [
        Measure(title, partial(_tells, taken), partial(_draw, taken, scale), partial(_numbers, taken, scale))
        for title, taken, scale in MEASURES
        # That one costs nothing tells something beside others that do, and nothing alone.
        if any(any(_numbers(taken, scale, item)) for item in series(results.standings))
    ]
    return draw_grid(results, measures, "share right, of all runs")


def _numbers(taken: Callable[[Standing], Spread | None], scale: float, item: Series) -> list[float]:
    found = taken(item.row)
    return [scale * found.low, scale * found.high] if found else []


def _tells(taken: Callable[[Standing], Spread | None], item: Series) -> bool:
    return taken(item.row) is not None and item.row.right_of_all.of > 0


def _draw(taken: Callable[[Standing], Spread | None], scale: float, panel: "Axes", items: list[Series]) -> None:
    """For each row a cross of its two intervals, with right runs and all."""
    for item in items:
        found, share, interval = taken(item.row), item.row.right_of_all, wider(item.row.right_of_all)
        if found is None or share.value is None or interval is None:
            continue
        place, line = scale * found.median, {"color": item.look["color"], "linewidth": 1.3, "alpha": 0.55}
        panel.plot([place, place], [interval.low, interval.high], **line)
        panel.plot([scale * found.low, scale * found.high], [share.value] * 2, **line)
        look = item.look | {"linestyle": "none"}
        panel.plot([place], [share.value], **look, markersize=7.5, markeredgewidth=1.4, label=item.label, zorder=4, clip_on=False)
        told = f"{share.successes}/{share.of}"
        panel.annotate(told, (place, share.value), (6, 4), textcoords="offset points", color=INK, fontsize=7.5)
