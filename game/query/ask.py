"""Asks the views one SELECT. It knows neither terminal nor form of the answer."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from pydantic import JsonValue

from game.query.database import connect, fill, lock, make_empty
from game.query.readable import readable
from game.query.values import plain_value
from game.query.views import VIEWS
from transcripts import RunError, no_run

AT_ONCE = 10_000
"""Rows that are fetched together."""


class QueryError(ValueError):
    """A statement cannot be answered; the message is DuckDB's where the statement is wrong."""


@dataclass(frozen=True)
class Answer:
    """What a statement gives."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[JsonValue, ...]]
    """Fetched as they are read."""
    left_out: tuple[str, ...]
    """A line for each file that cannot be read, which names it."""


@contextmanager
def ask(statement: str, folders: Sequence[Path]) -> Iterator[Answer]:
    """Ask the views over the runs under folders. Only those that the statement mentions are filled, and it reaches nothing else.

    Raises:
        QueryError: the statement is no single SELECT, is wrong, or reaches for something else.
        RunError: there is no run.
    """
    try:
        mentioned = _mentioned(statement)
        runs, left_out = readable(folders)
        if not runs and not left_out:
            raise RunError(no_run(folders))
        with connect() as database:
            left_out += fill(database, mentioned, runs)
            lock(database)
            answer = database.sql(statement)
            kinds = [str(kind) for kind in answer.types]
            rows = (
                tuple(plain_value(value, kind) for value, kind in zip(row, kinds, strict=True))
                for batch in answer.to_arrow_reader(AT_ONCE)
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
            )
            yield Answer(tuple(answer.columns), rows, tuple(dict.fromkeys(left_out)))
    except duckdb.Error as error:
        raise QueryError(str(error).partition("\n\nLINE ")[0]) from error


def _mentioned(statement: str) -> list[str]:
    """The views that a statement mentions, once it is sure that it could be answered."""
    with connect() as database:
        make_empty(database)
        lock(database)
        kinds = [part.type for part in database.extract_statements(statement)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise QueryError(f"give one SELECT; this is {', '.join(kind.name for kind in kinds) or 'no statement'}")
        database.sql(statement)  # bound, not run: what is wrong is told before anything is read
        (tree,) = database.execute("SELECT json_serialize_sql(?::VARCHAR)", [statement]).fetchone() or ()
        named = {name.lower() for name in _tables(json.loads(tree))}
    return [name for name in VIEWS if name in named]


def _tables(tree: Any) -> Iterator[str]:
    """The names of tables in a parsed statement."""
    if isinstance(tree, dict):
        if isinstance(name := tree.get("table_name"), str):
            yield name
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _tables(part)
