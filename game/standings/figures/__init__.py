"""Figures of standings: each drawn from the results alone, written as files or into a page."""

from game.standings.figures.drawn import Drawn, draw_all
from game.standings.figures.files import inline_svg, write_figures

__all__ = ["Drawn", "draw_all", "inline_svg", "write_figures"]
