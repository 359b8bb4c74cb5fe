"""The command for people: `auditgame play`, one match on the console."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from game.commands.options import Cache, HelperModel, HelperURL, MaxDollars, MaxMinutes, Runs, cache_folder, limits, prepare, warnings_told

if TYPE_CHECKING:
    from game.people.console.lines import Lines
    from game.people.console.screen import Screen
    from game.people.match import PeopleMatch


def play(
    organism: Annotated[
        str | None, typer.Option(help="Of a new match, or of one to go on with: a recipe, or a built organism's id, which tells nothing.")
    ] = None,
    rules: Annotated[str | None, typer.Option(help="Of a new match; `everything` if not given (see `auditgame rules`).")] = None,
    team: Annotated[str | None, typer.Option(help="Who plays: the name in standings.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of a new match; 0 if not given.")] = None,
    run: Annotated[str | None, typer.Option(help="Go on with this run: its id, its folder, or `last`.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin a new match, also if the team has one that is not finished.")] = False,
    helper: HelperModel = None,
    helper_url: HelperURL = None,
    max_dollars: MaxDollars = None,
    max_minutes: MaxMinutes = None,
    runs: Runs = Path("runs"),
    cache: Cache = None,
) -> None:
    """Play one match yourself: the tools of an agent as commands, a clock that you start, and the report in your editor.

    A team that left comes back to its match by the same command. The score is not known here: give `auditgame score` afterwards.
    """
    console = prepare(False)
    of_a_new_match = (rules, seed, helper, max_dollars, max_minutes)
    if organism is None and (any(value is not None for value in of_a_new_match) or new):
        raise typer.BadParameter("name an --organism: without it a match goes on with its own rules, seed, helper and limits")
    if organism is not None and (run is not None or team is None):
        raise typer.BadParameter("a match on an --organism needs a --team, and no --run: the team's own run is found or made")
    if organism is None and run is None and team is None:
        raise typer.BadParameter("name an --organism and a --team to play, or a --run or a --team to go on")
    with console.status("loading"):
        from agent import BrainSpec
        from game.helping import make_helper
        from game.people.console.screen import Screen
        from game.people.match import PeopleMatch
        from game.people.runs import team_going_on, team_run
        from game.spec import MatchSpec
        from organism import Organism, organism_folder

        folder = cache_folder(cache)
        named = BrainSpec.parse(helper, base_url=helper_url, seed=seed or 0) if helper else None
        with warnings_told(console):
            make_helper(named)  # a missing key is told before there is a run
        if organism is not None:
            budget = limits(dollars=max_dollars, minutes=max_minutes)
            found = team_run(str(team), organism, runs, folder, rules=rules, seed=seed, helper=named, limits=budget, new=new)
        else:
            found = team_going_on(run, team, runs)
        spec = MatchSpec.read(found.spec)
        helps = make_helper(spec.helper)
        subject = Organism.load(organism_folder(folder, spec.organism))
    begun = "goes on" if found.events.exists() else "begins"
    console.print(
        Text(f"{spec.auditor.model} audits under rules {spec.rules}; the match {begun}, its run lies in {found.path}"), soft_wrap=True
    )
    try:
        with PeopleMatch(found, subject, helper=helps) as match:
            asyncio.run(_play(match, Screen(console)))
    finally:
        subject.close()
    if found.finished:
        console.print(Text(f"the audit is over; score it with: auditgame score {found.path}"), soft_wrap=True)
    else:
        console.print(Text(f"the clock is paused; come back with: auditgame play --run {found.path}"), soft_wrap=True)


async def _play(match: "PeopleMatch", screen: "Screen") -> None:
    from game.people.console.console import PlayConsole

    await PlayConsole(match, _lines(match, screen), screen).run()


def _lines(match: "PeopleMatch", screen: "Screen") -> "Lines":
    from game.people.console.completing import LineCompleter
    from game.people.console.console import COMMANDS, granted
    from game.people.console.lines import PipedLines, TerminalLines
    from game.people.console.views import toolbar

    if not (sys.stdin.isatty() and screen.console.is_terminal):
        return PipedLines()
    return TerminalLines(match.run.path, LineCompleter(COMMANDS, granted(match)), lambda: toolbar(match), screen.wrong)
