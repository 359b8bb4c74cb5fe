"""The command that asks runs a question in SQL."""

import csv
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from game.commands.options import Json, prepare, print_json
from game.plain_table import plain_table

if TYPE_CHECKING:
    from game.query import Answer

SHOWN = 500
"""Rows of a table in the terminal."""
CELL = 300
"""Characters of one of its cells."""


def query(
    statement: Annotated[str | None, typer.Argument(metavar="SELECT", help="One SELECT statement of DuckDB, in quotes.")] = None,
    folders: Annotated[list[Path] | None, typer.Argument(metavar="RUNS...", help="Folders of runs; `runs` if none is given.")] = None,
    tables: Annotated[bool, typer.Option("--tables", help="List the views and their columns; so does no statement.")] = False,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values on stdout, all else on stderr.")] = False,
) -> None:
    """Ask all runs a question in SQL: their summaries, reports, scores and events, read in place.

    Runs in folders below (of sweeps, teams and campaigns) count. The statement sees the views and nothing else: no file, no network.
    """
    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv")
    console = prepare(as_json or as_csv)
    if statement is None or tables:
        _show_tables(console, as_json)
        return
    with console.status("reading"):
        from game.query import ask
        from transcripts import visible

    with ask(statement, folders or [Path("runs")]) as answer:
        for line in answer.left_out:
            sys.stderr.write(f"auditgame: {visible(' '.join(line.split()))}\n")
        if as_json:
            _print_json(answer)
        elif as_csv:
            _print_csv(answer)
        else:
            _show(console, answer)


def _print_json(answer: "Answer") -> None:
    from game.query import QueryError

    if twice := sorted({name for name in answer.columns if answer.columns.count(name) > 1}):
        raise QueryError(f"two columns are called {', '.join(twice)}; name them with AS")
    print_json({"rows": [dict(zip(answer.columns, row, strict=True)) for row in answer.rows], "left_out": answer.left_out})


def _print_csv(answer: "Answer") -> None:
    from game.query import text_of
    from transcripts import visible

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(visible, answer.columns))
    writer.writerows([visible(text_of(value)) for value in row] for row in answer.rows)


def _show(console: Console, answer: "Answer") -> None:
    from game.query import text_of
    from transcripts import inert

    table = plain_table()
    for column in answer.columns:
        table.add_column(inert(column), overflow="fold")
    for row in islice(answer.rows, SHOWN):
        table.add_row(*(inert(text_of(value), limit=CELL) for value in row))
    console.print(table)
    if more := sum(1 for _ in answer.rows):
        console.print(Text(f"and {more} more rows: all are given by --csv and --json"))


def _show_tables(console: Console, as_json: bool) -> None:
    with console.status("loading"):
        from game.query import RUN, VIEWS
    if as_json:
        print_json(
            {
                "tables": {
                    name: {"about": view.about, "columns": [column._asdict() for column in (RUN, *view.columns)]}
                    for name, view in VIEWS.items()
                }
            }
        )
        return
    for name, view in VIEWS.items():
        console.print(Text(f"{name}: {view.about}", style="bold"))
        table = plain_table("  column", "type", "meaning", keep_first=True)
        for column in (RUN, *view.columns):
            table.add_row(Text(f"  {column.name}"), Text(column.type), Text(column.meaning))
        console.print(table)
