"""Panels of a figure: one column for each rules, one row for each measure, one legend. It knows no measure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from game.figure_style import GRID, STYLE
from game.standings.figures.axis import set_range
from game.standings.figures.series import Series, safe, series, shown_rules
from game.standings.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL = (3.1, 2.7)
"""Inches."""
NARROW = 4.4
"""Inches of the panel where there is one alone."""
LEGEND = 0.22
"""Inches of its line."""
DPI = 160


@dataclass(frozen=True)
class Measure:
    """What one row of panels shows."""

    title: str
    """Stands below, with the unit."""
    tells: Callable[[Series], bool]
    """Whether a row of standings tells anything of it."""
    draw: "Callable[[Axes, list[Series]], None]"
    numbers: Callable[[Series], Sequence[float]] | None = None
    """Times or costs that the axis below must reach; null where it is another axis."""


def draw_grid(results: Results, measures: Sequence[Measure], upright: str) -> "Figure | None":
    """A figure of shares; null where no row of standings tells anything of any measure.

    Args:
        results: whose rows are drawn.
        measures: one for each row of panels; one that nothing tells of has none.
        upright: what is written beside the panels.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    found, rules = series(results.standings), shown_rules(results.standings)
    found = [item for item in found if item.row.rules in rules]
    shown = [(measure, items) for measure in measures if (items := [item for item in found if measure.tells(item)])]
    if not shown:
        return None
    with mpl.rc_context(STYLE):
        names = dict.fromkeys(item.label for item in found)
        size = (max(PANEL[0] * len(rules), NARROW) + 0.6, PANEL[1] * len(shown) + 0.6 + LEGEND * len(names) / min(len(rules), 2))
        figure = Figure(figsize=size, dpi=DPI, layout="constrained")
        panels = figure.subplots(len(shown), len(rules), sharex="row", sharey=True, squeeze=False)
        for row, (measure, items) in zip(panels, shown, strict=True):
            for panel, name in zip(row, rules, strict=True):
                measure.draw(panel, [item for item in items if item.row.rules == name])
                panel.set_xlabel(measure.title)
                panel.set_ylim(-0.03, 1.03)
                panel.grid(axis="y", color=GRID, linewidth=0.7)
                panel.set_axisbelow(True)
            if measure.numbers:
                set_range(row[0], [number for item in items for number in measure.numbers(item)])
            row[0].set_ylabel(upright)
        for panel, name in zip(panels[0], rules, strict=True):
            panel.set_title(safe(name))
        _legend(figure, list(panels.flat), list(names), columns=min(len(rules), 2))
    return figure


def _legend(figure: "Figure", panels: Sequence["Axes"], first: list[str], columns: int) -> None:
    """One entry for each name in any panel, in one order in all figures."""
    entries: dict[str, Any] = {}
    for panel in panels:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    labels = [label for label in first if label in entries] + [label for label in entries if label not in first]
    figure.legend([entries[label] for label in labels], labels, loc="outside lower center", ncols=columns, handlelength=3)
