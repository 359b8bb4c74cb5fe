"""The exporters by name: the one place to add another."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from game.exporting.inspect_log import write_inspect
from game.exporting.json_lines import write_json_lines
from game.exporting.parquet import write_parquet
from game.exporting.rows import PlayedRun


class ExportError(ValueError):
    """Runs cannot be exported as asked; the message says what to do."""


@dataclass(frozen=True)
class Exporter:
    """One format."""

    default: str
    """Name of the file or folder that it writes, if no other is given."""
    write: Callable[[Iterable[PlayedRun], Path], list[Path]]
    """Writes runs, one after the other, and gives the files."""


_EXPORTERS = {
    "inspect": Exporter("logs", write_inspect),
    "jsonl": Exporter("runs.jsonl", write_json_lines),
    "parquet": Exporter("runs-parquet", write_parquet),
}


def known_exporters() -> list[str]:
    """The names."""
    return list(_EXPORTERS)


def get_exporter(name: str) -> Exporter:
    """The exporter of that name.

    Raises:
        ExportError: there is none.
    """
    if name not in _EXPORTERS:
        raise ExportError(f"no format {name!r}; known: {', '.join(_EXPORTERS)}")
    return _EXPORTERS[name]
