"""Runs for other tools: JSON lines, Parquet tables, Inspect logs."""

from game.exporting.exporters import Exporter, ExportError, get_exporter, known_exporters
from game.exporting.rows import EventRow, PlayedRun, rows

__all__ = ["EventRow", "ExportError", "Exporter", "PlayedRun", "get_exporter", "known_exporters", "rows"]
