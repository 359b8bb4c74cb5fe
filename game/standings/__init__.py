"""Results over many runs: statistics, rows, and how they are shown."""

from game.standings.published import Published, published
from game.standings.standings import Standing, paired, standings
from game.standings.table import comparison_line, standings_table

__all__ = ["Published", "Standing", "comparison_line", "paired", "published", "standings", "standings_table"]
