"""The logs of runs as lines in a DuckDB, read in place each time they are asked. It checks no chain: that takes longer than a query."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from game.query.log_files import PROTOCOL, LogFiles

FIELDS = "{'index': 'BIGINT', 'kind': 'VARCHAR', 'time': 'DOUBLE', 'data': 'JSON'}"
"""Of an event, whatever its data hold."""
LINE = 16 << 20
"""Bytes of a line that are taken in any case; else none is longer than the longest log."""


def open_logs(database: duckdb.DuckDBPyConnection, logs: Iterable[Path]) -> list[str]:
    """Make the view `logs`: the run's folder and the fields of an event, by which alone files are read from now on.

    Returns:
        A line for each log that is left out, since a line of it is no event or one is missing, and for each half-written last line.
    """
    files = LogFiles(path for path in logs if path.stat().st_size)
    longest = max((LINE, *(path.stat().st_size for path in files.names.values())))
    database.register_filesystem(files)
    database.execute(f"SET allowed_directories = ['{PROTOCOL}://']")
    whole, left_out = [], []
    counts = "count(*), count(index), count(DISTINCT index), max(index)"
    counted = database.execute(f"SELECT file, {counts} FROM ({_lines(list(files.names), longest)}) GROUP BY file ORDER BY file")
    for name, lines, events, different, last in counted.fetchall():
        path = files.names[name]
        torn = _torn(path)
        if lines - events > torn or not events == different == last + 1:
            left_out.append(f"{path}: a line is no event, or one is missing; left out (`auditgame show` names the line)")
            continue
        whole.append(name)
        if torn:
            left_out.append(f"{path}: the last line is half written; left out")
    database.execute(
        f"CREATE VIEW logs AS SELECT url_decode(regexp_extract(file, '^{PROTOCOL}://(.*)/[^/]*$', 1)) AS run, * EXCLUDE (file) "
        f"FROM ({_lines(whole, longest)}) WHERE index IS NOT NULL"
    )
    return left_out


def _lines(files: Sequence[str], longest: int) -> str:
    """A query over the lines of files: the file's name, and null for each field of a line that is no event."""
    if not files:
        nothing = ("VARCHAR AS file", "BIGINT AS index", "VARCHAR AS kind", "DOUBLE AS time", "JSON AS data")
        return f"SELECT {', '.join(f'NULL::{column}' for column in nothing)} WHERE false"
    named = ", ".join(f"'{name}'" for name in files)
    return (
        f"SELECT filename AS file, index, kind, time, data FROM read_json([{named}], format = 'newline_delimited', columns = {FIELDS}, "
        f"ignore_errors = true, maximum_object_size = {longest}, filename = true)"
    )


def _torn(log: Path) -> bool:
    """Whether the last line was not written to its end."""
    with log.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
