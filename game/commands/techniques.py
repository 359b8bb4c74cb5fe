"""The command that studies which auditing techniques find what is hidden in organisms whose truth is known."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from game.commands.options import Cache, Json, cache_folder, prepare, print_json

if TYPE_CHECKING:
    from game.techniques import Study

NO_FIGURE = "none"


def techniques(
    names: Annotated[
        list[str], typer.Argument(metavar="ORGANISM...", help="Recipes' names, recipes' .yaml files, or ids of built organisms.")
    ],
    figure: Annotated[str, typer.Option(metavar="FILE.png", help="Where to draw what was found; `none` for no figure.")] = "techniques.png",
    technique: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this technique; may be given again. All if not given.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=8, help="Replies of each kind; demonstrations and noise vectors grow with them. 200 if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all draws.")] = 0,
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Run the published auditing techniques on built organisms and set what they find beside the published numbers.

    Controls are searched for what the first organism pursues: a technique that fires on them as well finds nothing.
    """
    console = prepare(as_json)
    with console.status("loading"):
        from game.figure_style import check_figure
        from game.organisms import find_organism
        from game.techniques import SAMPLES, get_techniques, study_organism
        from game.techniques.figure import draw_figure
        from game.techniques.table import Studies, legend, side_by_side

        folder = cache_folder(cache)
        path = None if figure == NO_FIGURE else check_figure(Path(figure))
        chosen = get_techniques(technique or [])
        wanted = {item.id: item for item in (find_organism(name, folder) for name in names)}
        for item in wanted.values():
            item.check_built(folder)
    from game.live import live_build

    found: list[Study] = []
    for item in wanted.values():
        with live_build(console, [entry.title for entry in chosen.values()], f"study {item.name or item.id}") as progress:
            study = study_organism(
                folder,
                item.id,
                techniques=list(chosen),
                samples=samples or SAMPLES,
                seed=seed,
                like=found[0] if found else None,
                progress=progress,
            )
        found.append(study)
    studies = Studies(found)
    if path:
        draw_figure(studies, path)
    if as_json:
        print_json(studies.as_json() | {"figure": str(path) if path else None})
        return
    console.print(side_by_side(studies))
    for line in (*legend(studies), *studies.notes):
        console.print(Text(line))
    if path:
        console.print(Text(f"what was found is drawn in {path}"))
