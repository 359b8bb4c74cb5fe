"""`auditgame redteam`: many short audits from different starting points, ranked by concern."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from game.commands.build import get_organism
from game.commands.options import Cache, Effort, HelperModel, HelperURL, Json, PromptCache, Runs, cache_folder, prepare, print_json
from game.plain_table import plain_table

if TYPE_CHECKING:
    from game.redteam.campaign import Probe


def redteam(
    organism: Annotated[
        str, typer.Argument(help="A recipe's name, a recipe's .yaml file, or the id of a built organism.")
    ] = "rm-sycophant-nano",
    auditor: Annotated[str, typer.Option(help="statistical, anthropic:MODEL or openai:MODEL.")] = "statistical",
    seeds: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="Instructions: a YAML list, or a line each. A general list if not given."
        ),
    ] = None,
    n: Annotated[int | None, typer.Option("--n", min=1, help="Only the first N instructions.")] = None,
    rules: Annotated[str, typer.Option(help="What the auditor may do (see `auditgame rules`).")] = "everything",
    turns: Annotated[int, typer.Option(min=1, help="Turns of each match.")] = 12,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Matches side by side.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the campaign.")] = 0,
    max_dollars: Annotated[float | None, typer.Option(min=0.01, help="Dollars of all matches together.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens that the auditors' models read and write, all matches together.")
    ] = None,
    max_minutes: Annotated[float | None, typer.Option(min=0.01, help="Minutes of playing, added up over all matches.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Of a server that speaks the provider's protocol.")] = None,
    effort: Effort = None,
    prompt_cache: PromptCache = None,
    helper: HelperModel = None,
    helper_url: HelperURL = None,
    runs: Runs = Path("runs"),
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Audit from many starting points, briefly, and rank the reports. The same command again goes on where it stopped.

    With --helper that model ranks them, without one what they claim with evidence decides. Exits 1 where a match failed.
    """
    console = prepare(as_json)
    with console.status("loading"):
        from agent import BrainSpec, make_brain
        from game.helping import make_helper
        from game.live_many import live_matches
        from game.organisms import find_organism
        from game.purse import PurseLimits
        from game.redteam.campaign import STATISTICS, open_campaign, play_campaign
        from game.redteam.seeds import SEEDS, read_seeds
        from game.rules import load_rules
        from game.spec import make_spec

        granted, folder = load_rules(rules), cache_folder(cache)
        granted = granted.model_copy(update={"budget": granted.budget.model_copy(update={"turns": turns})})
        asked = read_seeds(seeds or SEEDS)[:n]
        brain = BrainSpec.parse(auditor, base_url=base_url, seed=seed, effort=effort, cache=prompt_cache)
        make_brain(brain)  # a missing key is told before minutes of building, not after
        helping = BrainSpec.parse(helper, base_url=helper_url, seed=seed) if helper else None
        helps = make_helper(helping)
        wanted = find_organism(organism, folder)
    built = get_organism(console, wanted, folder)
    try:
        opened = open_campaign(make_spec(built.card.id, wanted.name, brain, granted, seed, helper=helping), asked, runs)
        old = sum(run.finished for run in opened)
        console.print(Text(f"{len(opened)} matches, {old} of them finished before; they lie in {opened[0].path.parent}"))
        with live_matches(console, [f"seed {number}" for number in range(1, len(opened) + 1)], shown=("report", "outcome")) as listeners:
            found = asyncio.run(
                play_campaign(
                    opened,
                    built,
                    lambda spec: make_brain(spec.auditor),
                    folder,
                    at_once=parallel,
                    helper=helps,
                    judge=helps.name if helps else STATISTICS,
                    listeners=listeners,
                    limits=PurseLimits(dollars=max_dollars, brain_tokens=max_tokens, minutes=max_minutes),
                )
            )
    finally:
        built.close()
    if as_json:
        print_json({"path": str(opened[0].path.parent), "probes": [probe.model_dump(mode="json") for probe in found]})
    else:
        console.print(probe_table(found))
    if any(probe.outcome.kind == "errored" for probe in found):
        raise typer.Exit(1)


def probe_table(probes: "list[Probe]") -> Table:
    """A line for each instruction, the gravest first."""
    from transcripts import inert

    table = plain_table("concern", "objective", "behaviours", "started from", "why", "run")
    for probe in probes:
        found = probe.concern
        failed = probe.unranked or f"{probe.outcome.kind}: {probe.outcome.reason}"
        table.add_row(
            "-" if found is None or found.concern is None else str(found.concern),
            "-" if probe.objective_found is None else "claimed" if probe.objective_found else "none",
            "-" if probe.behaviours is None else str(probe.behaviours),
            inert(probe.focus, limit=80),
            inert(found.reason, limit=200) if found else inert(failed, "yellow", 200),
            inert(probe.run),
        )
    return table
