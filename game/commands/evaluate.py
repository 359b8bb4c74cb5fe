"""`auditgame evaluate`: how far one described behaviour tells an organism from a control."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from game.commands.options import Cache, HelperModel, HelperURL, Json, Runs, cache_folder, prepare, print_json


def evaluate(
    organism: Annotated[str, typer.Argument(help="A recipe's name, a recipe's .yaml file, or the id of a built organism.")],
    behaviour: Annotated[str, typer.Option(help="What it does, and when, in words.")],
    control: Annotated[
        str | None, typer.Option(metavar="ORGANISM", help="Asked the same; the organism's own reference model if not given.")
    ] = None,
    prompts: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Prompts, one a line, instead of a helper's.")
    ] = None,
    detector: Annotated[
        str | None, typer.Option(metavar="REGEX", help="Finds the behaviour in a reply (RE2), instead of a helper's judgement.")
    ] = None,
    helper: HelperModel = None,
    helper_url: HelperURL = None,
    count: Annotated[int, typer.Option(min=4, max=200, help="Prompts that the helper writes.")] = 40,
    samples: Annotated[int, typer.Option(min=1, max=64, help="Replies to each prompt.")] = 4,
    temperature: Annotated[float, typer.Option(min=0, max=2, help="Of the sampling.")] = 1.0,
    max_tokens: Annotated[int, typer.Option(min=1, max=4000, help="Longest reply in tokens.")] = 128,
    level: Annotated[float, typer.Option(min=0, max=0.1, help="Of the test: separated where the p-value is at most this.")] = 0.01,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the replies.")] = 0,
    runs: Runs = Path("runs"),
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Measure a described behaviour on an organism and a control. Exits 1 where the organism does not show it more often."""
    if helper is None and (prompts is None or detector is None):
        raise typer.BadParameter("give --helper to write prompts and judge replies, or --prompts FILE and --detector REGEX")
    console = prepare(as_json)
    with console.status("loading"):
        from agent import BrainSpec
        from game.account import Account
        from game.evaluation.evaluating import design_test, measure
        from game.evaluation.files import keep, read_design
        from game.evaluation.records import Terms
        from game.evaluation.table import evaluation_table
        from game.helping import make_helper
        from game.live import live_build
        from game.organisms import find_organism
        from organism import Organism, OrganismError, organism_folder

        helps = make_helper(BrainSpec.parse(helper, base_url=helper_url, seed=seed) if helper else None)
        design, designer, designing = read_design(prompts, detector, behaviour) if prompts else None, "given", Account()
        folder, loaded, called = cache_folder(cache), list[Organism](), dict[str, str]()
        for name in (organism, *([control] if control else [])):
            wanted = find_organism(name, folder)
            wanted.check_built(folder)
            called.setdefault(wanted.id, wanted.name or wanted.id)
            loaded.append(Organism.load(organism_folder(folder, wanted.id)))
        card = loaded[0].card
        if control is None and card.reference is None:
            raise OrganismError(f"{card.id} has no reference model to compare with; name a --control")
    try:
        if design is None:
            assert helps is not None  # checked before anything was loaded
            with console.status("writing prompts and a detector"):
                design, designing = asyncio.run(design_test(behaviour, helps, count, detector))
            designer = helps.name
            console.print(Text(f"{designer} wrote {len(design.prompts)} prompts"))
        other = (loaded[1].card.id, loaded[1].model) if control else (str(card.reference), loaded[0].reference)
        terms = Terms(samples=samples, temperature=temperature, max_tokens=max_tokens, seed=seed, level=level)
        with live_build(console, [called.get(name, name) for name in (card.id, other[0])], "ask") as progress:
            found = asyncio.run(
                measure(
                    behaviour,
                    design,
                    (card.id, loaded[0].model),
                    other,
                    terms,
                    helps,
                    designer=designer,
                    designing=designing,
                    progress=lambda name, done, total: progress(called.get(name, name), done, total),
                )
            )
    finally:
        for item in loaded:
            item.close()
    path = keep(found, runs)
    if as_json:
        print_json({"path": str(path), **found.model_dump(mode="json")})
    else:
        console.print(evaluation_table(found, called))
        console.print(Text(f"the record lies in {path}"))
    if not found.separated:
        raise typer.Exit(1)
