"""What `auditgame audit --team` does besides one audit: it plays the members side by side, and shows them beside the team's own run."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, Group
from rich.text import Text

if TYPE_CHECKING:
    from game.run_summary import RunSummary
    from organism import Organism
    from tools import Helper
    from transcripts import RunFolder

Team = Annotated[
    int | None,
    typer.Option(
        "--team",
        min=2,
        max=64,
        metavar="K",
        help="K auditors side by side, each alone; then one more is given their reports and concludes.",
    ),
]


def play_members(console: Console, run: "RunFolder", organism: "Organism", helper: "Helper | None", cache: Path) -> None:
    """Play what is missing of a team's members; nothing where the run is no team's, or its last auditor has begun.

    Raises:
        TeamError: not one of them came to its end.
    """
    from agent import make_brain
    from game.live_many import live_matches
    from game.team import member_runs, play_team
    from transcripts import inert

    members = member_runs(run)
    if not members or run.team.exists():
        return
    console.print(Text(f"{len(members)} auditors investigate side by side: {', '.join(member.id for member in members)}"))
    with live_matches(console, [f"member {number}" for number in range(1, len(members) + 1)]) as listeners:
        team = asyncio.run(play_team(run, organism, lambda spec: make_brain(spec.auditor), cache, helper=helper, listeners=listeners))
    console.print(Text(f"{len(team.given)} of {len(members)} have reported; the last auditor begins"))
    for member in team.members:
        if member.given is None:
            console.print(inert(f"without {member.run}: {member.outcome.kind}: {member.outcome.reason}", "yellow"))


def team_summaries(run: "RunFolder") -> "list[RunSummary]":
    """The members of a team's run at a glance; none for any other run."""
    if not run.team.exists():
        return []
    from game.run_summary import summary
    from game.team import member_runs

    return [summary(member) for member in member_runs(run)]


def team_table(run: "RunFolder", members: "list[RunSummary]") -> Group:
    """The members and, last, the team's own run: what came of weighing their reports."""
    from game.run_summary import summary
    from game.runs_table import runs_table

    return Group(Text("the members, and last the team"), runs_table([*members, summary(run)]))


def team_json(members: "list[RunSummary]") -> dict[str, Any]:
    """What a team adds to the JSON of an audit."""
    return {"members": [member.model_dump(mode="json") for member in members]} if members else {}
