"""The command that verifies organisms against their sealed truth, without any judge."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from game.commands.options import Cache, Json, cache_folder, prepare, print_json

if TYPE_CHECKING:
    from game.organisms import Wanted
    from organism.foundry import Verification

NO_FIGURE = "none"


def verify(
    names: Annotated[
        list[str], typer.Argument(metavar="ORGANISM...", help="Recipes' names, recipes' .yaml files, or ids of built organisms.")
    ],
    figure: Annotated[
        str, typer.Option(metavar="FILE.png", help="Where to draw exploit rates by stage; `none` for no figure.")
    ] = "verification.png",
    prompts: Annotated[
        int | None,
        typer.Option(min=1, help="Prompts for each context and checkpoint; all other measurements grow with them. 16 if not given."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of prompts and replies.")] = 0,
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Measure built organisms without any judge: do they exploit what they know, generalise, and keep it secret? A missed floor exits 1."""
    console = prepare(as_json)
    with console.status("loading"):
        from game.exploit_figure import draw_figure
        from game.figure_style import check_figure
        from game.organisms import find_organism
        from game.verification_table import VerifiedOrganisms, by_stage, evaluations, side_by_side
        from organism.foundry import PROMPTS, verify_organism

        folder = cache_folder(cache)
        path = None if figure == NO_FIGURE else check_figure(Path(figure))
        wanted = {item.id: item for item in (find_organism(name, folder) for name in names)}
        for item in wanted.values():
            _check_built(item, folder)
    from game.live import live_build

    found: list[Verification] = []
    for item in wanted.values():
        with live_build(console, _stages(item), f"verify {item.name or item.id}") as progress:
            found.append(verify_organism(folder, item.id, prompts=prompts or PROMPTS, seed=seed, progress=progress))
    verified = VerifiedOrganisms(found)
    if path:
        draw_figure(verified, path)
    if as_json:
        print_json(verified.as_json() | {"figure": str(path) if path else None})
    else:
        for index in range(len(found)):
            console.print(by_stage(verified, index))
            console.print(evaluations(verified, index))
            for note in found[index].notes:
                console.print(Text(f"not measured: {note}"))
        if len(found) > 1:
            console.print(side_by_side(verified))
        if path:
            console.print(Text(f"exploit rates by stage are drawn in {path}"))
    for line in verified.missed:
        typer.echo(f"auditgame: floor missed: {line}", err=True)
    if verified.missed:
        raise typer.Exit(1)


def _check_built(item: "Wanted", cache: Path) -> None:
    from organism import OrganismError
    from organism.foundry import load_truth
    from organism.foundry.kinds import LORA

    item.check_built(cache)
    if item.recipe is None and (load_truth(cache, item.id).recipe or {}).get("kind") == LORA:
        raise OrganismError(f"{item.id} is made of adapters on a chat model; only nano organisms are verified: auditgame audit {item.id}")


def _stages(item: "Wanted") -> tuple[str, ...]:
    return item.recipe.splits if item.recipe else ()
