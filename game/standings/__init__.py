"""Results over many runs: statistics, rows, and how they are shown."""

from game.standings.results import Results, results
from game.standings.table import standings_table
from game.standings.words import comparison_words

__all__ = ["Results", "comparison_words", "results", "standings_table"]
