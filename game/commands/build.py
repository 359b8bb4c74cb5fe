"""The command that builds organisms, and how others get one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from game.commands import lora
from game.commands.options import Cache, Json, cache_folder, prepare, print_json
from game.commands.zoo import Jobs, Zoo, build_all

if TYPE_CHECKING:
    from game.organisms import Wanted
    from organism import Organism


def build(
    recipes: Annotated[list[str] | None, typer.Argument(help="Names of recipes, or paths of recipes' .yaml files.")] = None,
    zoo: Zoo = False,
    jobs: Jobs = None,
    build_seed: Annotated[int | None, typer.Option(help="Seed of the build; the recipe's own if not given.")] = None,
    base: lora.Base = None,
    dry_run: lora.DryRun = False,
    gpus: lora.Gpus = None,
    gpu_memory: lora.GpuMemory = 80.0,
    gpu_tflops: lora.GpuTflops = 400.0,
    gpu_price: lora.GpuPrice = None,
    writer: lora.Writer = None,
    writer_url: lora.WriterUrl = None,
    price_in: lora.PriceIn = None,
    price_out: lora.PriceOut = None,
    max_cost: lora.MaxCost = None,
    max_writer_tokens: lora.MaxWriterTokens = None,
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Build organisms into the cache; what is finished there is not built again."""
    console = prepare(as_json)
    names = list(recipes or ())
    if zoo or jobs:
        _build_parallel(console, names, zoo, jobs, build_seed, cache_folder(cache), as_json)
        return
    if not names:
        raise typer.BadParameter("name a recipe, or give --zoo (see auditgame organisms)")
    machine = lora.MachineOptions(gpus=gpus, memory=gpu_memory, tflops=gpu_tflops, price=gpu_price)
    writing = lora.WriterOptions(
        name=writer, url=writer_url, price_in=price_in, price_out=price_out, max_cost=max_cost, max_tokens=max_writer_tokens
    )
    writing.check()
    with console.status("loading"):
        from game.organisms import find_organism

        adapters = lora.adapter_recipes(names, cache_folder(cache), base=base, dry_run=dry_run)
        wanted = [] if adapters else [find_organism(name, cache_folder(cache), seed=build_seed) for name in names]
    for recipe in adapters:
        if dry_run:
            lora.show_dry_run(console, recipe, base, machine, writing, as_json)
        else:
            lora.build_adapters(console, recipe, base, cache_folder(cache), machine, writing, seed=build_seed, as_json=as_json)
    for item in wanted:
        built = get_organism(console, item, cache_folder(cache))
        console.print(Text(f"{item.name or item.id}: {built.card.id} in {built.folder.path}"))
        if as_json:
            print_json({"recipe": item.name, "organism": built.card.id, "path": str(built.folder.path)})
        built.close()


def _build_parallel(console: Console, names: list[str], zoo: bool, jobs: int | None, seed: int | None, cache: Path, as_json: bool) -> None:
    from organism.foundry import zoo_recipes

    chosen = [*names, *(name for name in (zoo_recipes() if zoo else ()) if name not in names)]
    if not chosen:
        raise typer.BadParameter("--jobs needs recipes, or --zoo")
    built = build_all(console, chosen, cache, jobs=jobs, seed=seed)
    for name, organism_id in built.items():
        console.print(Text(f"{name}: {organism_id}"))
    if as_json:
        print_json({"organisms": built})


def get_organism(console: Console, wanted: "Wanted", cache: Path) -> "Organism":
    """The organism from the cache, or built before the user's eyes."""
    from game.live import live_build
    from organism import Organism, organism_folder

    if wanted.recipe is None or wanted.built(cache):
        return Organism.load(organism_folder(cache, wanted.id))
    from organism.foundry import STEPS, build_organism

    console.print(Text(f"building {wanted.name} (once; later audits start from the cache)"))
    with live_build(console, STEPS) as progress:
        return build_organism(wanted.recipe, cache, progress)
