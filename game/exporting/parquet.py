"""Runs as two Parquet tables, for data frames: one row a run, one row an event."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from game.exporting.rows import EventRow, PlayedRun, rows
from game.query.columns import columns_of, row_of
from game.run_summary import RunSummary
from transcripts import Record

if TYPE_CHECKING:
    import pyarrow

AS_JSON = ("spec", "report", "score")
"""Columns of a run that hold JSON, as the file of that name beside its log; null where it has none."""


def write_parquet(runs: Iterable[PlayedRun], folder: Path) -> list[Path]:
    """Write `runs.parquet` (the fields of `RunSummary`, and spec, report and score as JSON) and `events.parquet` (those of `EventRow`).

    What an event holds stands as JSON in its column `data`.
    """
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "runs.parquet", folder / "events.parquet"]
    partials = [path.with_name(path.name + ".partial") for path in paths]
    text = [pyarrow.field(name, pyarrow.string()) for name in AS_JSON]
    schemas = [pyarrow.schema([*_fields(RunSummary), *text]), pyarrow.schema(_fields(EventRow))]
    with ParquetWriter(partials[0], schemas[0]) as of_runs, ParquetWriter(partials[1], schemas[1]) as of_events:
        for run in runs:
            parts = {"spec": json.dumps(run.spec)} | {
                name: part.model_dump_json() if part else None for name, part in (("report", run.report), ("score", run.score))
            }
            of_runs.write_table(pyarrow.Table.from_pylist([row_of(run.summary) | parts], schema=schemas[0]))
            of_events.write_table(pyarrow.Table.from_pylist([row_of(row) for row in rows(run)], schema=schemas[1]))
    for partial, path in zip(partials, paths, strict=True):
        partial.replace(path)
    return paths


def _fields(record: type[Record]) -> "list[pyarrow.Field[Any]]":
    """A column for each field, typed by its annotation: one that is null in every row has the same type as elsewhere."""
    import pyarrow

    types = {"BIGINT": pyarrow.int64(), "DOUBLE": pyarrow.float64(), "BOOLEAN": pyarrow.bool_()}
    return [pyarrow.field(column.name, types.get(column.type, pyarrow.string())) for column in columns_of(record)]
