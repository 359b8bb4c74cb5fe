"""Shows the plan of an audit for `auditgame audit --dry-run`: as a table, or as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from game.commands.costs import dollars
from game.commands.options import print_json, warnings_told

if TYPE_CHECKING:
    from agent import BrainSpec
    from game.plan import Bound, Plan
    from game.rules import Rules


def show_plan(
    console: Console,
    organism: str,
    build_seed: int | None,
    auditor: "BrainSpec",
    helper: "BrainSpec | None",
    rules: "Rules",
    seed: int,
    runs: Path,
    cache: Path,
    as_json: bool,
) -> None:
    """Make the plan and show it."""
    from agent import own_file, warn_unknown
    from game.organisms import find_organism
    from game.plan import make_plan

    for spec in (auditor, *([helper] if helper else [])):
        with warnings_told(console):
            warn_unknown(spec)
    plan = make_plan(find_organism(organism, cache, seed=build_seed), auditor, helper, rules, seed, cache=cache, runs=runs)
    if as_json:
        print_json(plan.model_dump(mode="json"))
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, cell in _rows(plan):
        table.add_row(name, Text(cell))
    table.add_row("models", Text(f"your own go into {own_file()}"))
    console.print(table)


def _rows(plan: "Plan") -> list[tuple[str, str]]:
    must = "" if plan.built else ", must be built first"
    took = f" (training the last one of this recipe took {plan.trained_in_minutes:g} min)" if plan.trained_in_minutes else ""
    output = f", at most {plan.output_tokens:,} tokens a turn, thinking included" if plan.output_tokens else ""
    seeds = f"{plan.seed} of the match" + ("" if plan.build_seed is None else f", {plan.build_seed} of the build")
    rows = [
        ("organism", f"{plan.recipe or plan.organism} ({plan.organism}){must}{took}"),
        ("auditor", f"{plan.auditor}{output}"),
        ("helper", plan.helper or "none"),
        ("rules", plan.rules),
        ("tools", ", ".join(plan.tools)),
        ("budget", ", ".join(f"{value:,.10g} {name}" for name, value in plan.budget.items()) or "unlimited"),
        ("seeds", seeds),
        ("at most", _bound(plan.bound)),
        *(("", note) for note in plan.bound.notes),
    ]
    if plan.typical is not None:
        found = plan.typical
        paid = "" if found.dollars is None else f"{dollars(found.dollars)} dollars, "
        rows.append(
            ("typical", f"{paid}{found.brain_tokens:,} tokens, {found.minutes:g} min: the median of {found.runs} earlier runs like this")
        )
    return rows


def _bound(bound: "Bound") -> str:
    parts = {
        "dollars": None if bound.dollars is None else f"{bound.dollars:,.2f}",
        "tokens of the auditor's model": None if bound.brain_tokens is None else f"{bound.brain_tokens:,}",
        "minutes": None if bound.minutes is None else f"{bound.minutes:g}",
        "calls": None if bound.calls is None else f"{bound.calls:,}",
    }
    return ", ".join(f"no bound in {name}" if value is None else f"{value} {name}" for name, value in parts.items())
