"""The command `auditgame export`: runs in the formats of other tools."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from game.commands.options import Runs, prepare


def export(
    names: Annotated[list[str], typer.Argument(metavar="RUN...", help="Ids or folders of runs, or `last`.")],
    to: Annotated[
        str, typer.Option(help="inspect: logs of Inspect (extra `inspect`); jsonl: JSON lines; parquet: tables of runs and of events.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="File of jsonl, folder of the others; runs.jsonl, runs-parquet, logs if not given.")
    ] = None,
    runs: Runs = Path("runs"),
) -> None:
    """Write runs, finished or not, for other tools; their logs' chains are checked. What is scored holds the truth's names."""
    from transcripts import find_run

    found = [find_run(name, runs) for name in names]
    console = prepare(False)
    with console.status("writing"):
        from game.exporting import PlayedRun, get_exporter

        exporter = get_exporter(to)
        paths = exporter.write((PlayedRun.read(run) for run in found), out or Path(exporter.default))
    for path in paths:
        console.print(Text(f"written: {path}"), soft_wrap=True)
