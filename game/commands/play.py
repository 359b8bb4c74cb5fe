"""The commands that play: audit, resume."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from game.commands.build import get_organism
from game.commands.faults import STOPPED, fail
from game.commands.options import (
    Cache,
    Effort,
    HelperModel,
    HelperURL,
    Json,
    MaxDollars,
    MaxMinutes,
    MaxTokens,
    MaxTurns,
    PromptCache,
    Runs,
    cache_folder,
    limits,
    prepare,
    print_json,
    warnings_told,
)
from game.commands.plan import show_plan
from game.commands.team import Team, play_members, team_json, team_summaries, team_table

if TYPE_CHECKING:
    from agent import Brain
    from game.helping import BrainHelper
    from organism import Organism
    from transcripts import Event, RunFolder


def audit(
    organism: Annotated[
        str, typer.Argument(help="A recipe's name, a recipe's .yaml file, or the id of a built organism.")
    ] = "rm-sycophant-nano",
    auditor: Annotated[
        str, typer.Option(help="statistical, anthropic:MODEL, openai:MODEL, or replay:RUN (a run's turns again).")
    ] = "statistical",
    rules: Annotated[str, typer.Option(help="What the auditor may do, and how much (see `auditgame rules`).")] = "everything",
    seed: Annotated[int, typer.Option(help="Seed of the match.")] = 0,
    team: Team = None,
    build_seed: Annotated[int | None, typer.Option(help="Seed of the build; the recipe's own if not given.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Of a server that speaks the provider's protocol.")] = None,
    effort: Effort = None,
    prompt_cache: PromptCache = None,
    helper: HelperModel = None,
    helper_url: HelperURL = None,
    max_dollars: MaxDollars = None,
    max_turns: MaxTurns = None,
    max_minutes: MaxMinutes = None,
    max_tokens: MaxTokens = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and what it may cost at most; call nobody, build nothing.")
    ] = False,
    runs: Runs = Path("runs"),
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Audit an organism blind and score the report; the organism is built first if it is not in the cache."""
    console = prepare(as_json)
    with console.status("loading"):
        from agent import BrainSpec, check_dollars, check_spec, make_brain
        from game.helping import make_helper
        from game.match import open_match
        from game.organisms import find_organism
        from game.rules import load_rules
        from game.spec import MatchSpec, make_spec
        from game.team import open_team

        granted = load_rules(rules).limited(limits(dollars=max_dollars, turns=max_turns, minutes=max_minutes, tokens=max_tokens))
        spec = BrainSpec.parse(auditor, base_url=base_url, seed=seed, effort=effort, cache=prompt_cache)
        helping = BrainSpec.parse(helper, base_url=helper_url, seed=seed) if helper else None
        for each in (spec, *([helping] if helping else [])):
            check_spec(each)
        check_dollars(granted.budget, spec, helping)
        if dry_run:
            show_plan(console, organism, build_seed, spec, helping, granted, seed, runs, cache_folder(cache), as_json)
            return
        with warnings_told(console):
            brain, helps = make_brain(spec), make_helper(helping)  # a missing key is told before minutes of building, not after
        wanted = find_organism(organism, cache_folder(cache), seed=build_seed)
    built = get_organism(console, wanted, cache_folder(cache))
    match = make_spec(built.card.id, wanted.name, spec, granted, seed, helper=helping)
    run = open_team(match, team, runs) if team else open_match(match, runs)
    if team:
        brain = make_brain(MatchSpec.read(run.spec).auditor)
    console.print(Text(f"{spec} audits {wanted.name or wanted.id} under rules {granted.name}; the run lies in {run.path}"))
    _play(console, run, built, brain, helps, cache_folder(cache), as_json)


def resume(
    run: Annotated[str, typer.Argument(help="Id or folder of the run, or `last`.")],
    runs: Runs = Path("runs"),
    cache: Cache = None,
    as_json: Json = False,
) -> None:
    """Go on with a run that was killed or failed; nothing that it has finished is done again."""
    from transcripts import find_run

    found = find_run(run, runs)
    console = prepare(as_json)
    if found.finished:
        console.print(Text(f"{found.path} is finished already"))
        _show_end(console, found, as_json)
        return
    go_on(console, found, cache, as_json)


def go_on(console: Console, run: "RunFolder", cache: Path | None, as_json: bool) -> None:
    """Play what is left of a run, before the user's eyes."""
    with console.status("loading"):
        from agent import make_brain
        from game.going_on import PLAYERS, played_by
        from game.helping import make_helper
        from game.spec import MatchSpec
        from organism import Organism, organism_folder
        from transcripts import RunError

        spec = MatchSpec.read(run.spec)
        if spec.auditor.kind in PLAYERS:
            raise RunError(played_by(spec.auditor.kind, run.path))
        with warnings_told(console):
            brain, helps = make_brain(spec.auditor), make_helper(spec.helper)
        organism = Organism.load(organism_folder(cache_folder(cache), spec.organism))
    _play(console, run, organism, brain, helps, cache_folder(cache), as_json)


def _play(
    console: Console, run: "RunFolder", organism: "Organism", brain: "Brain", helper: "BrainHelper | None", cache: Path, as_json: bool
) -> None:
    from game.live import live_audit
    from game.match import play
    from game.stopping import Stop
    from game.waits import shown_waits
    from transcripts import events_so_far

    stop = Stop(lambda line: console.print(Text(line, style="yellow")))
    try:
        earlier = events_so_far(run.events)
        with shown_waits(console):
            play_members(console, run, organism, helper, cache)
        with live_audit(console, earlier) as show, shown_waits(console):

            def listener(event: "Event") -> None:
                show(event)
                stop.listen(event)

            ended = asyncio.run(stop.run(play(run, organism, brain, cache, helper=helper, listener=listener)))
    except KeyboardInterrupt:
        ended = False
    except Exception:
        # Its reason follows as the error's own line.
        console.print(Text(f"the run stopped; go on with: auditgame resume {run.path}", style="yellow"))
        raise
    finally:
        organism.close()
    if not ended:
        fail(f"stopped; go on with: auditgame resume {run.path}", STOPPED)
    _show_end(console, run, as_json)


def _show_end(console: Console, run: "RunFolder", as_json: bool) -> None:
    from game.panel import read_panel
    from game.score import Outcome

    console.print(read_panel(run))
    members = team_summaries(run)
    if members:
        console.print(team_table(run, members))
    outcome = Outcome.read(run.done)
    if as_json:
        parts = {
            name: json.loads(path.read_bytes()) if path.exists() else None for name, path in (("report", run.report), ("score", run.score))
        }
        print_json({"run": run.id, "path": str(run.path), "outcome": outcome.kind, "reason": outcome.reason, **parts, **team_json(members)})
    if outcome.kind != "scored":
        raise typer.Exit(1)
