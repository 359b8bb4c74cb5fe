"""`auditgame build --zoo`: all organisms of the zoo, in parallel processes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

Zoo = Annotated[bool, typer.Option("--zoo", help="Build every organism of the zoo: splits, decoy, controls, quirks.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Builds at a time; as many as there are cores if not given.")]


def build_all(console: Console, names: list[str], cache: Path, *, jobs: int | None, seed: int | None) -> dict[str, str]:
    """Build recipes in parallel; checkpoints that they share are trained once.

    Returns:
        Ids of the organisms by recipe.
    """
    with console.status("loading"):
        from organism.foundry import build_zoo, load_recipe

        recipes = [load_recipe(name, seed=seed) for name in names]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        shown = bar.add_task(f"{len(recipes)} organisms", total=None)

        def report(title: str, done: int, total: int) -> None:
            bar.update(shown, completed=done, total=total)
            bar.console.print(Text(f"[{done}/{total}] {title}"))

        build_zoo(recipes, cache, jobs=jobs, progress=report)
    return {recipe.name: recipe.organism_id(recipe.loaded_world) for recipe in recipes}
