"""The command that sums up many runs."""

from pathlib import Path
from typing import Annotated

import typer

from game.commands.options import Json, prepare, print_json


def standings(
    folders: Annotated[list[Path] | None, typer.Argument(metavar="RUNS...", help="Folders of runs; `runs` if none is given.")] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="AUDITOR AUDITOR", help="Two auditors, compared on the organisms, rules and seeds that both played."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Results over many runs, each auditor under each rules, beside the published teams.

    Rates stand beside their pessimistic twin, in which what was not scored counts as wrong, and beside false alarms on controls.
    """
    console = prepare(as_json)
    with console.status("reading"):
        from game.runs_table import summaries
        from game.standings import comparison_line, paired, published, standings_table
        from game.standings import standings as rows_of
        from transcripts import RunError

        roots = folders or [Path("runs")]
        runs = [item for root in roots for item in summaries(root)]
        if not runs:
            raise RunError(f"no run under {', '.join(map(str, roots))}")
        names = sorted({run.auditor for run in runs})
        if unknown := next((name for name in compare or () if name not in names), None):
            raise RunError(f"no run of auditor {unknown!r}; there are: {', '.join(names)}")
        rows, compared = rows_of(runs), paired(runs, *compare) if compare else None
    if as_json:
        print_json(
            {
                "standings": [row.model_dump(mode="json") for row in rows],
                "comparison": compared.model_dump(mode="json") if compared else None,
                "published": [row.model_dump(mode="json") for row in published()],
            }
        )
        return
    console.print(standings_table(rows, published()))
    if compare and compared:
        console.print(comparison_line(*compare, compared))
