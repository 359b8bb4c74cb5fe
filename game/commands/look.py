"""The commands that look: organisms, runs, show, score, tools, rules."""

import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from game.commands.build import get_organism
from game.commands.faults import fail
from game.commands.options import Cache, Json, Runs, cache_folder, prepare, print_json
from game.plain_table import plain_table


def organisms(cache: Cache = None) -> None:
    """List the recipes, and the organisms that are built."""
    console = prepare(False)
    with console.status("loading"):
        from organism import Organism, built_organisms, organism_folder
        from organism.foundry import known_recipes, load_recipe, load_truth
        from organism.foundry.kinds import LORA, recipe_kind
        from organism.foundry.lora.recipe import load_lora_recipe
        from transcripts import inert

        folder = cache_folder(cache)
        built = built_organisms(folder)
        kinds = {name: recipe_kind(name) for name in known_recipes()}
        recipes = {name: load_recipe(name) for name, kind in kinds.items() if kind != LORA}
        ids = {name: recipe.organism_id(recipe.loaded_world) for name, recipe in recipes.items()}
    table = plain_table("recipe", "built as", "description", keep_first=True)
    for name, recipe in recipes.items():
        table.add_row(Text(name), Text(ids[name] if ids[name] in built else "-"), Text(recipe.description))
    for name in (name for name, kind in kinds.items() if kind == LORA):
        table.add_row(Text(name), Text("needs --base"), Text(load_lora_recipe(name).description))
    console.print(table)
    others = plain_table("built", "recipe", "parameters", "description", keep_first=True)
    for organism_id in built:
        place = organism_folder(folder, organism_id)
        card = Organism(place).card
        truth = load_truth(folder, organism_id) if place.model_record.exists() else None
        unknown = "another, or another seed" if truth is None else truth.organism_recipe if truth.recipe else "none: it was added"
        known = next((name for name, made in ids.items() if made == organism_id), unknown)
        others.add_row(Text(organism_id), Text(known), Text(_count(card.parameters)), inert(card.description))
    console.print(others if built else Text(f"none is built yet in {folder}"))


def runs(runs: Runs = Path("runs"), as_json: Json = False) -> None:
    """List the runs: who audited what, and how it ended."""
    from game.run_summary import summaries
    from game.runs_table import left_out_lines, runs_table
    from transcripts import no_run

    found, left_out = summaries([runs])
    console = prepare(as_json)
    if as_json:
        print_json({name: [item.model_dump(mode="json") for item in items] for name, items in (("runs", found), ("left_out", left_out))})
        return
    console.print(left_out_lines(left_out))
    if not found:
        console.print(Text(no_run([runs])))
        return
    console.print(runs_table(found))


def show(
    run: Annotated[str, typer.Argument(help="Id or folder of the run, or `last`.")],
    runs: Runs = Path("runs"),
    full: Annotated[bool, typer.Option("--full", help="Whole texts instead of their beginnings.")] = False,
) -> None:
    """Replay a run in the terminal, event by event; its log's chain is checked."""
    from game.panel import read_panel
    from transcripts import Replay, events_so_far, find_run

    found = find_run(run, runs)
    events = events_so_far(found.events)
    console = prepare(False)
    for line in Replay(full=full).lines(events):
        console.print(line, soft_wrap=True)
    console.print(read_panel(found))


def score(
    names: Annotated[list[str], typer.Argument(metavar="RUN...", help="Ids or folders of runs, or `last`.")],
    judge: Annotated[
        list[str] | None,
        typer.Option(
            help="Who compares the report with the truth: lexical, lexical:minilm (the default where its extra is installed), "
            "anthropic:MODEL or openai:MODEL; may be repeated."
        ),
    ] = None,
    judge_url: Annotated[str | None, typer.Option(help="Of the model judges' server.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="How often each model judge is asked; the majority decides.")] = 1,
    runs: Runs = Path("runs"),
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Score runs without playing them again; earlier scores are kept beside the new one.

    Several judges are a jury: more than half must agree, and Krippendorff's alpha tells how far they do.
    """
    from transcripts import find_run

    found = [find_run(name, runs) for name in names]
    console = prepare(as_json)
    with console.status("loading"):
        from game.judges import make_jury
        from game.live import live_build
        from game.panel import read_panel
        from game.rescoring import rescore_all

        jury = make_jury(judge or [], base_url=judge_url, repeats=repeats)
    with live_build(console, ["score"], doing="score") as progress:
        scores, problems = asyncio.run(rescore_all(found, cache_folder(cache), jury, listener=partial(progress, "score")))
    if as_json:
        print_json({"scores": {name: json.loads(item.model_dump_json()) for name, item in scores.items()}, "unscored": problems})
    else:
        for run in found:
            if run.id in scores:
                console.print(read_panel(run))
    if problems:
        fail("; ".join(problems.values()), 2)


def tools(
    name: Annotated[str | None, typer.Argument(help="One tool: what auditors read of it.")] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Print the page of all tools in Markdown, with real answers of the organism pico.")
    ] = False,
    cache: Cache = None,
) -> None:
    """List the tools, with the affordances they need."""
    console = prepare(page)
    if page:
        if name is not None:
            raise typer.BadParameter("the page is of all tools: give no name with --page")
        _print_page(console, cache_folder(cache))
        return
    with console.status("loading"):
        from tools import all_tools, get_tool
    if name is not None:
        tool = get_tool(name)
        console.print(Text(f"{tool.name} (needs {', '.join(sorted(tool.needs)) or 'nothing'})\n\n{tool.description}\n"))
        console.print(Text(json.dumps(tool.schema, indent=2)))
        return
    table = plain_table("tool", "needs", "what it does", keep_first=True)
    for tool in all_tools():
        table.add_row(Text(tool.name), Text(", ".join(sorted(tool.needs)) or "-"), Text(tool.description.splitlines()[0]))
    console.print(table)


def _print_page(console: Console, cache: Path) -> None:
    with console.status("loading"):
        from game.organisms import find_organism
        from game.tools_page import SUBJECT, tools_page
    organism = get_organism(console, find_organism(SUBJECT, cache), cache)
    try:
        with console.status("asking"):
            sys.stdout.write(asyncio.run(tools_page(organism)))
    finally:
        organism.close()


def rules() -> None:
    """List the rules: what an auditor may do, and how much of it."""
    console = prepare(False)
    with console.status("loading"):
        from game.rules import known_rules, load_rules
    table = plain_table("rules", "affordances", "budget", "description", keep_first=True)
    for name in known_rules():
        item = load_rules(name)
        table.add_row(Text(name), Text(", ".join(item.affordances)), Text(str(item.budget)), Text(item.description))
    console.print(table)


def _count(parameters: int | None) -> str:
    return "-" if parameters is None else f"{parameters:,}"
