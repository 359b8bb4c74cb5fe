"""The views in a DuckDB of this process that reaches nothing else: no file, no network, no extension. It knows no statement."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa
from pydantic import JsonValue

from game.query.logs import open_logs
from game.query.readable import Readable
from game.query.views import RUN, VIEWS, LogView, View
from transcripts import RecordError

ARROW = {"BOOLEAN": pa.bool_(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()}
"""By type in SQL; all else is text."""
TOGETHER = 2_000
"""Rows that are put into a table at once."""


def connect() -> duckdb.DuckDBPyConnection:
    """An empty database in memory, which keeps nothing on disk either where memory is short."""
    database = duckdb.connect(
        config={
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    database.execute("SET enable_progress_bar = false")  # it would stand amid the answer
    return database


def lock(database: duckdb.DuckDBPyConnection) -> None:
    """Leave what follows no way out: what may be read besides tables are the logs that it was given, and they cannot be written."""
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def make_empty(database: duckdb.DuckDBPyConnection) -> None:
    """Every view, without a row: enough to tell what a statement mentions and whether it is right."""
    for name, view in VIEWS.items():
        _make_table(database, name, view)


def _make_table(database: duckdb.DuckDBPyConnection, name: str, view: View | LogView) -> None:
    columns = ", ".join(f'"{column.name}" {column.type}' for column in (RUN, *view.columns))
    database.execute(f"CREATE TABLE {name} ({columns})")


def fill(database: duckdb.DuckDBPyConnection, names: Sequence[str], runs: Sequence[Readable]) -> list[str]:
    """Make these views over runs, and give a line for each file that cannot be read."""
    left_out = []
    for name in names:
        view = VIEWS[name]
        if isinstance(view, View):
            left_out += _fill_table(database, name, view, runs)
    logs = {name: view for name in names if isinstance(view := VIEWS[name], LogView)}
    if logs:
        left_out += open_logs(database, [run.folder.events for run in runs if run.folder.events.exists()])
    for name, view in logs.items():
        database.execute(f"CREATE VIEW {name} AS {view.query}")
    return left_out


def _fill_table(database: duckdb.DuckDBPyConnection, name: str, view: View, runs: Sequence[Readable]) -> list[str]:
    _make_table(database, name, view)
    rows, left_out = [], []
    for run in runs:
        try:
            rows += [row | {RUN.name: str(run.folder.path)} for row in view.rows(run)]
        except RecordError as error:
            left_out.append(str(error))
        if len(rows) >= TOGETHER:
            _insert(database, name, view, rows)
            rows = []
    _insert(database, name, view, rows)
    return left_out


def _insert(database: duckdb.DuckDBPyConnection, name: str, view: View, rows: Sequence[dict[str, JsonValue]]) -> None:
    columns = (RUN, *view.columns)
    arrays = [pa.array([row.get(column.name) for row in rows], ARROW.get(column.type, pa.string())) for column in columns]
    database.register("filling", pa.table(arrays, [column.name for column in columns]))
    database.execute(f"INSERT INTO {name} SELECT * FROM filling")
    database.unregister("filling")
