"""Draws how long, and for how much, auditors went on without the right hypothesis. It computes nothing."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from game.figure_style import INK
from game.standings.figures.grid import Measure, draw_grid
from game.standings.figures.series import Series
from game.standings.results import Results
from game.standings.standings import Standing
from game.standings.survival import Survival

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BANDED = 2
"""Curves in one panel whose bands can still be told apart."""


MEASURES: tuple[tuple[str, Callable[[Standing], Survival | None], float], ...] = (
    ("minutes of playing", lambda row: row.first_right, 1 / 60),
    ("tool calls", lambda row: row.first_right_calls, 1),
    ("dollars", lambda row: row.first_right_dollars, 1),
)
"""Title, curve, and by what its numbers are multiplied."""


def draw_survival(results: Results) -> "Figure | None":
    """The figure; null where nobody could have held anything."""
    measures = [
        Measure(title, partial(_tells, curve), partial(_draw, curve, scale), partial(_numbers, curve, scale))
        for title, curve, scale in MEASURES
    ]
    return draw_grid(results, measures, "share still without it")


def _numbers(curve: Callable[[Standing], Survival | None], scale: float, item: Series) -> list[float]:
    found = curve(item.row)
    return [scale * time for time in (*found.times, *found.ends)] if found else []


def _tells(curve: Callable[[Standing], Survival | None], item: Series) -> bool:
    """What never costs anything tells nothing."""
    return any(_numbers(curve, 1, item))


def _draw(curve: Callable[[Standing], Survival | None], scale: float, panel: "Axes", items: list[Series]) -> None:
    for place, item in enumerate(items):
        if found := curve(item.row):
            end, share = _curve(panel, item, found, scale, banded=len(items) <= BANDED)
            # Above and below in turns: curves often end close together.
            shift = (4, 3) if place % 2 == 0 else (4, -9)
            told = f"{found.happened}/{found.happened + found.censored}"
            panel.annotate(told, (end, share), shift, textcoords="offset points", color=INK, fontsize=7.5)


def _curve(panel: "Axes", item: Series, found: Survival, scale: float, *, banded: bool) -> tuple[float, float]:
    """Steps from one at zero to the end of the last run, a tick where a run ended without it.

    Returns:
        Where the curve ends.
    """
    end = scale * max((*found.times, *found.ends))
    places = [0.0, *(scale * time for time in found.times), end]
    shares = [1.0, *found.without, found.without[-1] if found.without else 1.0]
    colour = item.look["color"]
    panel.step(places, shares, where="post", color=colour, linewidth=1.6, linestyle=item.look["linestyle"], zorder=3)
    # The marker stands where the curve falls: in grey it alone tells whose curve it is.
    panel.plot(places[1:-1], shares[1:-1], **item.look | {"linestyle": "none"}, markersize=4.5, zorder=4)
    panel.plot([], [], label=item.label, **item.look)
    heights = [shares[sum(place <= scale * time for place in places[:-1]) - 1] for time in found.ends]
    panel.plot([scale * time for time in found.ends], heights, marker="|", color=colour, markersize=7, linestyle="none", zorder=3)
    if banded:
        known = [(place, low, high) for place, low, high in zip(places[1:-1], found.low, found.high, strict=True) if low is not None]
        band = [(0.0, 1.0, 1.0), *known]
        starts, lows, highs = zip(*band, strict=True)
        panel.fill_between(starts, lows, highs, step="post", color=colour, alpha=0.12, linewidth=0)
    return end, shares[-1]
