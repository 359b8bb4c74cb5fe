"""Who plays a run whose auditor is none of our brains, and the command by which a run that stopped goes on. It reads no file."""

from pathlib import Path

GUEST = "mcp"
"""Kind of an auditor who is no brain of ours: calls come from a client."""
PEOPLE = "people"
"""Kind of an auditor who is a team of people; its model is the team's name."""
PLAYERS = {GUEST: "a client", PEOPLE: "people"}
_COMMANDS = {GUEST: "mcp --run", PEOPLE: "play --run"}


def going_on_command(kind: str, run: Path) -> str:
    """The command that goes on with a run.

    Args:
        kind: of its auditor.
        run: its folder.
    """
    return f"auditgame {_COMMANDS.get(kind, 'resume')} {run}"


def played_by(kind: str, run: Path) -> str:
    """That a run is not ours to go on with, and how it goes on."""
    return f"{run}: played by {PLAYERS.get(kind, kind)}; go on with: {going_on_command(kind, run)}"
