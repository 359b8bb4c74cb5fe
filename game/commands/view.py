"""The command `auditgame view`: a run, or a folder of runs, as pages for a browser."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from game.commands.options import Runs, prepare


def view(
    name: Annotated[str, typer.Argument(metavar="RUN|FOLDER", help="Id or folder of the run, or `last`; or a folder of runs.")],
    out: Annotated[
        Path | None, typer.Option(help="The page; view.html in the run's folder, index.html in the folder of runs if not given.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Whole results instead of their beginnings, also where nothing cites them.")] = False,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    runs: Runs = Path("runs"),
) -> None:
    """Write a run as one page of HTML that needs no network; of a folder of runs, a page each and one that lists them.

    Logs' chains are checked. The truth stands on a page once its run is scored: keep pages from auditors.
    """
    from transcripts import find_run

    console = prepare(False)
    folder = Path(name)
    if folder.is_dir() and not (folder / "spec.json").is_file():
        page = _index(console, folder, out, full=full)
    else:
        found = find_run(name, runs)
        with console.status("writing"):
            from game.view import write_page

            page = write_page(found, out, full=full)
    console.print(Text(f"written: {page}"), soft_wrap=True)
    if show and not webbrowser.open(page.resolve().as_uri()):
        console.print(Text("no browser was found here; open that file yourself"))


def _index(console: Console, folder: Path, out: Path | None, *, full: bool) -> Path:
    with console.status("writing") as status:
        from game.view import write_index

        page, problems = write_index(folder, out, full=full, told=lambda done, count: status.update(f"writing: {done} of {count} pages"))
    for line in problems:
        console.print(Text(line, style="yellow"), soft_wrap=True)
    return page
