"""All figures of standings by name, with what captions.yaml says of each. A figure without anything to show is not drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from game.standings.figures.attempts import draw_attempts
from game.standings.figures.cost import draw_cost
from game.standings.figures.heat_map import draw_heat_map
from game.standings.figures.survival import draw_survival
from game.standings.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = Path(__file__).with_name("captions.yaml")
FIGURES: "dict[str, Callable[[Results], Figure | None]]" = {
    "success-by-attempts": draw_attempts,
    "first-right-hypothesis": draw_survival,
    "cost-and-success": draw_cost,
    "affordances": draw_heat_map,
}


@dataclass(frozen=True)
class Drawn:
    """One figure."""

    name: str
    title: str
    caption: str
    figure: "Figure"


def draw_all(results: Results) -> list[Drawn]:
    """The figures that have something to show."""
    captions = yaml.safe_load(CAPTIONS.read_text(encoding="utf-8"))
    return [Drawn(name, **captions[name], figure=figure) for name, draw in FIGURES.items() if (figure := draw(results)) is not None]
