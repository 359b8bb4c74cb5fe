"""The command `import`: takes in reports of people who played elsewhere."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from game.commands.options import Cache, Json, Runs, cache_folder, prepare, print_json


def import_reports(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="YAML or JSON with organism, team, rules, minutes, report; and seed, began, pauses (after, minutes, reason), transcript.",
        ),
    ],
    runs: Runs = Path("runs"),
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Make a run of each report that a team wrote elsewhere; `auditgame score` scores it, and it stands in standings, marked as imported.

    Evidence cites an entry of the transcript by its number, from 1; without an entry it counts as not verified.
    """
    console = prepare(as_json)
    with console.status("loading"):
        from game.people.import_file import read_import
        from game.people.importing import import_audit, unverifiable
        from transcripts import Report

        audits = [read_import(path) for path in files]  # a wrong file is told before any run is made
        made = [import_audit(audit, runs, cache_folder(cache)) for audit in audits]
    for audit, run in zip(audits, made, strict=True):
        loose = unverifiable(Report.read(run.report))
        told = f"; {loose} of its quotations cite no entry of a transcript and cannot be verified" if loose else ""
        console.print(Text(f"{audit.team}: the run lies in {run.path}{told}; score it with: auditgame score {run.path}"), soft_wrap=True)
    if as_json:
        print_json({"runs": [str(run.path) for run in made]})
