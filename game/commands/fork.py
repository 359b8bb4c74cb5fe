"""The command `fork`: goes on differently from any point of a run."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from game.commands.options import Cache, Effort, Json, PromptCache, Runs, prepare
from game.commands.play import go_on


def fork(
    run: Annotated[str, typer.Argument(help="Id or folder of the run, or `last`; it stays as it is.")],
    at: Annotated[int, typer.Option("--at", metavar="EVENT", min=0, help="The last event that the fork shares (see `auditgame show`).")],
    auditor: Annotated[str | None, typer.Option(help="Who goes on; the run's own auditor if not given.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the tool calls to come; the run's own if not given.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Of the new auditor's server.")] = None,
    effort: Effort = None,
    prompt_cache: PromptCache = None,
    runs: Runs = Path("runs"),
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Copy a run up to an event into a new run, and go on with that; what the copied part used counts against its budget."""
    from transcripts import find_run

    if auditor is None and (base_url or effort or prompt_cache):
        raise typer.BadParameter("--base-url, --effort and --prompt-cache are of the new auditor: give --auditor too")
    source = find_run(run, runs)
    console = prepare(as_json)
    with console.status("loading"):
        from agent import BrainSpec, make_brain
        from game import fork as forks
        from game.spec import MatchSpec

        old = MatchSpec.read(source.spec)
        spec = None
        if auditor is not None:
            own = old.seed if seed is None else seed
            spec = BrainSpec.parse(auditor, base_url=base_url, seed=own, effort=effort, cache=prompt_cache)
            make_brain(spec)  # a missing key is told before a run is made, not after
        made = forks.fork(source, at, runs, auditor=spec, seed=seed)
    console.print(Text(f"forked from {source.path} at event {at}; the run lies in {made.path}"))
    go_on(console, made, cache, as_json)
