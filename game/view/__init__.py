"""Runs as HTML pages: one self-contained file a run, and an index of a folder."""

from game.view.index_page import write_index
from game.view.run_page import write_page

__all__ = ["write_index", "write_page"]
