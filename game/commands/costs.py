"""The command `auditgame costs`: what runs have used, by role and by tool."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from game.commands.options import Json, Runs, prepare, print_json

if TYPE_CHECKING:
    from game.account import Account
    from game.costs import Costs


def costs(
    names: Annotated[list[str], typer.Argument(metavar="RUN...", help="Ids or folders of runs, or `last`.")],
    runs: Runs = Path("runs"),
    as_json: Json = False,
) -> None:
    """Show what runs and the judges of their reports have used, by role and by tool, finished or not; their logs' chains are checked."""
    from transcripts import find_run

    found = [find_run(name, runs) for name in names]
    console = prepare(as_json)
    with console.status("loading"):
        from game.costs import run_costs, together

        ledgers = {run.id: run_costs(run) for run in found}
        total = together(list(ledgers.values()))
    if as_json:
        print_json({"runs": {name: item.model_dump(mode="json") for name, item in ledgers.items()}, "total": total.model_dump(mode="json")})
        return
    if len(ledgers) > 1:
        for name, item in ledgers.items():
            console.print(Text(f"{name}: {dollars(item.dollars)} dollars, {item.seconds:.0f} s"))
    _show(console, total)


def _show(console: Console, total: "Costs") -> None:
    for title, accounts in (("role", total.roles), ("tool", total.tools)):
        if not accounts:
            continue
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(title)
        for column in ("calls", "seconds", "tokens read", "written", "dollars"):
            table.add_column(column, justify="right")
        for name, account in accounts.items():
            table.add_row(Text(name), *_cells(account))
        console.print(table)
        console.print()
    console.print(Text(f"in all {dollars(total.dollars)} dollars in {total.seconds:.0f} s of playing"))
    if total.dollars is None:
        console.print(Text("no price is known for a model that was asked; your own file of models can give it (see the README)"))


def _cells(account: "Account") -> list[Text]:
    counts = (f"{account.calls:,}", f"{account.seconds:,.1f}", f"{account.read_tokens:,}", f"{account.written_tokens:,}")
    return [Text(cell) for cell in (*counts, dollars(account.dollars))]


def dollars(value: float | None) -> str:
    """Dollars for people; an amount that is unknown is a question mark."""
    return "?" if value is None else f"{value:,.4f}" if 0 < value < 0.1 else f"{value:,.2f}"
