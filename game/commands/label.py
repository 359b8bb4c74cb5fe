"""`auditgame organism label`: what a model says the features of an organism's SAE stand for."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from game.commands.options import Cache, Json, cache_folder, prepare, print_json

EXAMPLES = (
    "organism label rm-sycophant-nano --labeller anthropic:claude-sonnet-4-5",
    "organism label organism-0123456789ab --labeller openai:qwen3 --labeller-url http://localhost:8000/v1 --features 100",
)


def label(
    organism: Annotated[str, typer.Argument(help="A recipe's name, a recipe's .yaml file, or the id of a built organism.")],
    labeller: Annotated[str, typer.Option(help="Who is asked, once a feature: anthropic:MODEL or openai:MODEL.")],
    labeller_url: Annotated[str | None, typer.Option(help="Of the labeller's server.")] = None,
    features: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the first N features; all that have no description if not given.")
    ] = None,
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Have a model describe the features of an organism's SAE; auditors read and search it. A stopped command goes on where it was."""
    console = prepare(as_json)
    with console.status("loading"):
        from agent import BrainSpec
        from game.asking import Asker
        from game.labelling import STEP, label_features
        from game.live import live_build
        from game.organisms import find_organism
        from organism import Organism, organism_folder

        asker = Asker(BrainSpec.parse(labeller, base_url=labeller_url))  # a missing key is told before anything else
        wanted = find_organism(organism, cache_folder(cache))
        wanted.check_built(cache_folder(cache))
        loaded = Organism.load(organism_folder(cache_folder(cache), wanted.id))
    try:
        with live_build(console, (STEP,), "label") as progress:
            found = asyncio.run(label_features(loaded, asker, progress=progress, first=features))
    finally:
        loaded.close()
    if as_json:
        print_json({"organism": wanted.id, "path": str(loaded.folder.feature_descriptions), **asdict(found)})
        return
    console.print(
        Text(
            f"{wanted.id}: {found.described} features are described now, {found.described_before} were before; {found.silent} fire on no "
            f"training text, and {asker.name} did not answer for {found.unanswered}"
        )
    )
    console.print(Text(f"{found.input_tokens:,} tokens were read and {found.output_tokens:,} written"))
    console.print(Text(f"the descriptions lie in {loaded.folder.feature_descriptions}; delete it to have them made anew"))
