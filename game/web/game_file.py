"""What a game is asked to be: the record of its YAML file. It knows no organism and no rules by name."""

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from game.sweep.file import Auditor
from transcripts import FileRecord, Record, RecordError, folder_name

HOST = "the host"
"""Who has the host's code."""
HOURS = 24.0
MOST_HOURS = 24 * 366.0
NAME = re.compile(r"\w[\w .-]{0,59}")


class GameError(ValueError):
    """A game cannot be served as asked; the message names the file and the field, or the folder."""


def _named(name: str) -> str:
    """A name that pages and folders can have."""
    if not NAME.fullmatch(name):
        raise ValueError("a name begins with a letter or a digit, has besides these blanks, dots and dashes alone, and at most 60 of all")
    return name


Name = Annotated[str, AfterValidator(_named)]


class Team(Record):
    """A team that plays."""

    name: Name
    organism: str | None = None
    """Null for the game's."""


def _team(given: Any) -> Any:
    """A name, or a mapping with that and an organism."""
    return {"name": given} if isinstance(given, str) else given


def _until(given: Any) -> float | datetime:
    """Hours, or a time."""
    found = given
    with suppress(ValueError):
        found = datetime.fromisoformat(given) if isinstance(given, str) else given
    if isinstance(found, datetime) and found.tzinfo is not None:
        return found
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 < found < MOST_HOURS:
        return float(found)
    raise ValueError("hours above 0, or a time with its zone, such as 2026-11-30T18:00:00+01:00")


def _organisms(given: Any) -> Any:
    """One, or a list."""
    return (given,) if isinstance(given, str) else given


class GameFile(FileRecord):
    """Who plays on what, by which rules, how long, and where."""

    name: Name = ""
    """Of the game, as its pages show it; the file's own if not given."""
    organism: Annotated[tuple[str, ...], BeforeValidator(_organisms)] = ()
    """A recipe, its `.yaml` file, or a built organism's id. Of several the teams that name none of their own get one in turn."""
    rules: str = "everything"
    """A name, or the path of a `.yaml` file."""
    seed: int = Field(default=0, ge=0)
    """Of the matches."""
    minutes: float | None = Field(default=None, gt=0)
    """Wall time of playing; null for the rules' own limit."""
    teams: tuple[Annotated[Team, BeforeValidator(_team)], ...] = Field(min_length=1, max_length=200)
    """Names, or mappings of a `name` and an `organism`."""
    clock: Literal["host", "teams"] = "host"
    """Who starts and pauses a team's clock. The host may in any case."""
    note: str = Field(default="", max_length=4000)
    """The host's words to the teams, shown in the lobby."""
    expires: Annotated[float | datetime, BeforeValidator(_until)] = HOURS
    """When the game and its codes end: hours after it was first served, or a time with its zone."""
    helper: Auditor | None = None
    """Writes and judges for the tools of all matches; null for none."""
    address: str = Field(default="127.0.0.1:8000", pattern=r"^\S+:\d{1,5}$")
    """HOST:PORT where it is served."""
    standings: tuple[str, ...] = ()
    """Folders of other runs, such as agents' on the same organism, that stand in the standings beside the teams'."""

    @field_validator("teams")
    @classmethod
    def _once(cls, teams: tuple[Team, ...]) -> tuple[Team, ...]:
        names = [folder_name(team.name).casefold() for team in teams]
        if twice := next((team.name for place, team in enumerate(teams) if names[place] in names[:place]), None):
            raise ValueError(f"{twice} stands there twice, or two names differ in their signs alone")
        if HOST in (team.name for team in teams):
            raise ValueError(f"no team is called {HOST!r}")
        return teams

    @model_validator(mode="after")
    def _all_play(self) -> "GameFile":
        if not self.organism and (idle := next((team.name for team in self.teams if team.organism is None), None)):
            raise ValueError(f"team {idle} has no organism: name one for the game, or for the team")
        return self

    def organism_of(self, team: Team) -> str:
        """What a team audits, as the file names it."""
        if team.organism is not None:
            return team.organism
        others = [other for other in self.teams if other.organism is None]
        return self.organism[others.index(team) % len(self.organism)]


def load_game(path: Path) -> GameFile:
    """Read a game's file.

    Raises:
        GameError: it is missing, is not YAML, or a field is wrong; file and field are named.
    """
    try:
        file = GameFile.read_yaml(path)
    except RecordError as error:
        raise GameError(str(error)) from error
    return file if file.name else file.model_copy(update={"name": path.stem})
