"""How all figures look: type, lines, colours and markers; and where one may be written. It draws nothing."""

from pathlib import Path
from typing import Any

INK, SOFT, GRID, GREY = "#333333", "#555555", "#e3e3e3", "#a8a8a8"
BLUE, ORANGE, GREEN, PURPLE, BROWN = "#004c7f", "#d55e00", "#5a9e6f", "#a05195", "#8c6d31"
COLOURS = (ORANGE, BLUE, GREEN, PURPLE, BROWN)
"""Of series; they keep apart for the colour-blind, and the markers do so in grey."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""One more or less than colours, so that together they tell many series apart."""
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": SOFT,
    "axes.facecolor": "none",
    "axes.titlesize": 10,
    "axes.titlepad": 9,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}


class FigureError(ValueError):
    """A figure cannot be written as asked; the message says what to do."""


def series_look(index: int) -> dict[str, Any]:
    """Colour and marker of a series."""
    return {"color": COLOURS[index % len(COLOURS)], "marker": MARKERS[index % len(MARKERS)]}


def check_figure(path: Path) -> Path:
    """The path, if a figure can be written there: told before minutes of measuring, not after.

    Raises:
        FigureError: it is no .png file, or its folder is missing.
    """
    if path.suffix != ".png":
        raise FigureError(f"the figure is a PNG image: give it a name that ends in .png, or `none`, instead of {str(path)!r}")
    if not path.parent.is_dir():
        raise FigureError(f"no folder {str(path.parent)!r} for the figure")
    return path
