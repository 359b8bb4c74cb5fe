"""Draws how often auditors are right by rules and organism. It computes nothing."""

from typing import TYPE_CHECKING

from game.figure_style import GRID, STYLE
from game.standings.cells import Cell
from game.standings.figures.series import AUDITORS, safe
from game.standings.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NOTHING, ALL = "#eef3f6", "#014a7a"
"""Of no run right and of all; colours of no other figure, so that a page does not change them below their numbers."""


def draw_heat_map(results: Results) -> "Figure | None":
    """The figure, one panel for each auditor or team; null where no run ended."""
    import matplotlib as mpl
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    played = {cell.name for cell in results.cells}
    names = [name for name in dict.fromkeys(row.name for row in results.standings) if name in played][:AUDITORS]
    if not names:
        return None
    cells = [cell for cell in results.cells if cell.name in names]
    organisms = sorted({cell.organism for cell in cells}, key=lambda name: (_control(cells, name), name))
    rules = {name: sorted({cell.rules for cell in cells if cell.name == name}) for name in names}
    colours = LinearSegmentedColormap.from_list("share", [NOTHING, ALL])
    with mpl.rc_context(STYLE):
        rows = sum(len(found) for found in rules.values())
        size = (2.4 + 0.95 * max(len(organisms), 4), 1.5 + 0.42 * rows + 0.5 * len(names))
        figure = Figure(figsize=size, dpi=160, layout="constrained")
        panels = figure.subplots(
            len(names), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": [len(rules[name]) for name in names]}
        )[:, 0]
        for panel, name in zip(panels, names, strict=True):
            panel.set_title(safe(name))
            for cell in cells:
                if cell.name == name:
                    _cell(panel, cell, organisms.index(cell.organism), rules[name].index(cell.rules), colours(cell.right / cell.of))
            panel.set_yticks(range(len(rules[name])), [safe(item) for item in rules[name]])
            panel.set_ylim(len(rules[name]) - 0.5, -0.5)
            panel.set_xlim(-0.5, len(organisms) - 0.5)
            panel.tick_params(length=0)
            panel.spines[:].set_visible(False)
            panel.set_facecolor("none")
        labels = [f"{safe(name)}\n(control)" if _control(cells, name) else safe(name) for name in organisms]
        panels[-1].set_xticks(range(len(organisms)), labels, rotation=30, ha="right", rotation_mode="anchor")
    return figure


def _control(cells: list[Cell], organism: str) -> bool:
    return any(cell.control for cell in cells if cell.organism == organism)


def _cell(panel: "Axes", cell: Cell, place: int, row: int, colour: tuple[float, ...]) -> None:
    from matplotlib.patches import Rectangle

    panel.add_patch(Rectangle((place - 0.48, row - 0.46), 0.96, 0.92, facecolor=colour, edgecolor=GRID, linewidth=0.5))
    dark = cell.right / cell.of > 0.5
    panel.text(place, row, f"{cell.right}/{cell.of}", ha="center", va="center", color="white" if dark else "#1a1a1a")
