"""The command that sums up many runs."""

import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from game.commands.options import Json, prepare, print_json


def standings(
    folders: Annotated[list[Path] | None, typer.Argument(metavar="RUNS...", help="Folders of runs; `runs` if none is given.")] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="AUDITOR AUDITOR", help="Two auditors, compared on the organisms, rules and seeds that both played."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write tables and figures as one page that needs no other file.")
    ] = None,
    figures: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write the figures as SVG and PNG.")] = None,
    as_json: Json = False,
) -> None:
    """Results over many runs, each auditor under each rules, beside the published teams.

    Rates stand beside their pessimistic twin, in which what was not scored counts as wrong, and beside false alarms on controls.
    """
    console = prepare(as_json)
    with console.status("reading"):
        from game.run_summary import summaries
        from game.runs_table import left_out_lines
        from game.standings import comparison_words, results, standings_table
        from transcripts import RunError, inert, no_run

        roots = folders or [Path("runs")]
        runs, left_out = summaries(roots)
        if not runs:
            raise RunError("; ".join([no_run(roots), *(item.reason for item in left_out)]))
        found = results(runs, left_out, compare)
    written: list[Path] = []
    with console.status("drawing"):
        if figures:
            from game.standings.figures import write_figures

            written += write_figures(found, figures)
        if html:
            from game.standings.page import write_page

            asked = [str(folder) for folder in roots] + (["--compare", *compare] if compare else [])
            write_page(found, html, command=shlex.join(["auditgame", "standings", *asked, "--html", str(html)]))
            written.append(html)
    if as_json:
        print_json(found.model_dump(mode="json") | {"written": [str(path) for path in written]})
        return
    console.print(standings_table(found))
    if found.comparison:
        console.print(inert(comparison_words(found.comparison)))
    console.print(left_out_lines(found.left_out))
    for path in written:
        console.print(Text(f"written: {path}"), soft_wrap=True)
