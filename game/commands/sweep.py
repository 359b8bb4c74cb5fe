"""`auditgame sweep`: organisms, rules, auditors and seeds crossed, every match played."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from game.commands.build import get_organism
from game.commands.costs import dollars
from game.commands.faults import STOPPED, fail
from game.commands.options import Cache, Json, Runs, cache_folder, prepare, print_json, warnings_told

if TYPE_CHECKING:
    from game.sweep.executor import Executor
    from game.sweep.file import SweepFile
    from game.sweep.grid import Cell, Grid
    from game.sweep.summary import SweepSummary

EARLY = 3
"""Exit code of a sweep that its budget ended."""
WAITING = "stopping: each match ends behind its next event, and answers under way are still logged; Ctrl-C again stops at once"
INTERRUPTED = "stopped with Ctrl-C"


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="What is crossed, and how it is played.")],
    executor: Annotated[str, typer.Option(help="Where matches are played: local or ray.")] = "local",
    address: Annotated[
        str | None,
        typer.Option(help="Of a Ray cluster whose machines share the folders of runs and organisms; one is started if not given."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the matches, which are there already, and what the rest may cost at most.")
    ] = False,
    runs: Runs = Path("runs"),
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Cross organisms, rules, auditors and seeds, and play every match; the same command again plays only what is not finished.

    The file's fields: organisms, rules, auditors and seeds (lists; for seeds also a number), and if you like build_seeds, helper, limits
    (of each match), budget (of all together), retries, workers, at_once, gpus_per_worker, organisms_per_worker, name.

    The runs lie in sweep-NAME, for which all other commands work too. Exits 0 where every match was scored or came to no score, 1 where
    one is errored or invalid, 3 where the budget ended the sweep, 130 after Ctrl-C.
    """
    console = prepare(as_json)
    folder = cache_folder(cache)
    with console.status("loading"):
        from game.sweep.grid import read_grid

        grid = read_grid(file, folder)
    if dry_run:
        show_plan(console, grid, runs, folder, as_json)
        return
    found = play_grid(console, grid, file, runs, folder, executor, address)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _show(console, grid.cells, found)
    leave(found, f"a larger budget in {file}")


def play_grid(
    console: Console, grid: "Grid", source: Path | str, runs: Path, cache: Path, executor: str, address: str | None
) -> "SweepSummary":
    """Build what is missing and play a sweep before the user's eyes; a second Ctrl-C leaves at once.

    Args:
        console: for people.
        grid: the sweep.
        source: where its terms come from, for errors.
        runs: where its folder lies.
        cache: where organisms lie.
        executor: name of it.
        address: of a cluster.
    """
    from game.sweep.executors import make_executor, make_terms
    from game.sweep.folder import cell_run, locked, sweep_folder
    from game.sweep.grid import check_models

    with warnings_told(console):
        check_models(grid, source)  # a missing key is told before minutes of building, not after
    cells, path = grid.cells, sweep_folder(grid.file, runs)
    left = sum(not cell_run(cell, path).finished for cell in cells)
    player = make_executor(executor, make_terms(grid.file, left, address))
    with locked(path):
        for wanted in grid.organisms if left else ():
            if not wanted.built(cache):
                get_organism(console, wanted, cache).close()
        console.print(Text(f"{len(cells)} matches, {len(cells) - left} of them finished before; they lie in {path}"))
        found = asyncio.run(_play(console, grid.file, cells, path, cache, player))
    if found is None:
        fail("stopped at once; the same command goes on", STOPPED)
    return found


def leave(found: "SweepSummary", more: str) -> None:
    """Exit as the sweep's end asks for.

    Args:
        found: what came of it.
        more: with what a sweep whose purse is spent could go on.
    """
    if found.stopped == INTERRUPTED:
        fail("stopped; the same command goes on", STOPPED)
    elif found.stopped:
        fail(f"{found.stopped}; with {more} the same command goes on", EARLY)
    elif found.count("errored", "invalid"):
        raise typer.Exit(1)


async def _play(
    console: Console, file: "SweepFile", cells: "list[Cell]", folder: Path, cache: Path, executor: "Executor"
) -> "SweepSummary | None":
    """Play the sweep before the user's eyes; null where a second Ctrl-C ended it."""
    from game.stopping import interrupts
    from game.sweep.board import live_sweep
    from game.sweep.playing import play_sweep
    from game.sweep.stop_file import StopFile

    stop, asked = StopFile(folder), False

    def interrupted() -> None:
        nonlocal asked
        if asked:
            playing.cancel()
            return
        asked = True
        console.print(Text(WAITING, style="yellow"), soft_wrap=True)
        if not stop.reason():
            stop.ask(INTERRUPTED)

    async with executor:
        with live_sweep(console, cells) as board:
            playing = asyncio.ensure_future(play_sweep(file, cells, folder, cache, executor, board))
            with interrupts(interrupted):
                try:
                    return await playing
                except asyncio.CancelledError:
                    return None


def show_plan(console: Console, grid: "Grid", runs: Path, cache: Path, as_json: bool) -> None:
    """Show what would be played, and what it may cost at most."""
    from game.plain_table import plain_table
    from game.sweep.folder import sweep_folder
    from game.sweep.plan import plan_sweep
    from transcripts import inert

    plan = plan_sweep(grid, grid.cells, sweep_folder(grid.file, runs), cache)
    if as_json:
        print_json(plan.model_dump(mode="json"))
        return
    matches = sum(group.matches for group in plan.groups)
    console.print(Text(f"{matches} matches in {plan.path}: {len(plan.organisms)} organisms, {len(plan.seeds)} seeds, and"))
    table = plain_table("auditor", "rules", "matches", "finished", "begun", "left", "dollars each, at most", gap=2)
    for group in plan.groups:
        counts = (group.matches, group.finished, group.begun, group.left)
        table.add_row(inert(group.auditor), inert(group.rules), *map(str, counts), dollars(group.bound.dollars))
    console.print(table)
    if missing := [name for name, built in plan.organisms.items() if not built]:
        console.print(Text(f"to be built first: {', '.join(missing)}"))
    minutes = "no bound in minutes" if plan.minutes is None else f"{plan.minutes:,.10g} minutes of playing, added up"
    paid = "no bound in dollars" if plan.dollars is None else f"{dollars(plan.dollars)} dollars"
    console.print(Text(f"what is left costs at most: {paid}, {minutes}"))
    if limits := plan.budget.model_dump(exclude_none=True):
        told = ", ".join(f"{value:,.10g} {name.replace('_', ' ')}" for name, value in limits.items())
        console.print(Text(f"the budget ends the sweep at: {told}; matches under way end behind their next event"))
    for note in dict.fromkeys(note for group in plan.groups if group.left for note in group.bound.notes):
        console.print(Text(f"  {note}"), soft_wrap=True)
    _show_left_out(console, plan.left_out)


def _show(console: Console, cells: "list[Cell]", found: "SweepSummary") -> None:
    from game.sweep.board import summary_table, used_line

    console.print(summary_table(cells, found))
    console.print(Text(f"{used_line(found.used)}, in {found.seconds:,.0f} s; compare them with: auditgame standings {found.path}"))
    _show_left_out(console, found.left_out)


def _show_left_out(console: Console, runs: tuple[str, ...]) -> None:
    if runs:
        console.print(Text(f"left out, for the file does not name them any more: {', '.join(runs)}"), soft_wrap=True)
