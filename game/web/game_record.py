"""What of a game outlives the process that serves it, beside its runs: `game.json` in the game's folder."""

import secrets
from pathlib import Path

from pydantic import AwareDatetime

from game.web.codes import Code, make_code
from game.web.finding import Found
from game.web.game_file import HOST
from transcripts import FileRecord, Record

FILE = "game.json"


class Place(Record):
    """A team's part."""

    code: Code
    organism: Found
    asked: str
    """The organism's name in the game's file."""
    run: str
    """Name of the run's folder, beside `game.json`."""


class GameRecord(FileRecord):
    """A game that was begun."""

    begun: AwareDatetime
    """When it was first served."""
    salt: str
    """Of the codes' hashes."""
    secret: str
    """Signs the sessions."""
    host: Code
    teams: dict[str, Place]
    """By name."""
    released: bool = False
    """Whether teams see their scores."""

    def keep(self, folder: Path) -> None:
        """Write it, whole or not at all, for this user's eyes only: who knows the secret could sign sessions."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{FILE}.partial").touch(mode=0o600)
        self.write(folder / FILE)

    def with_code(self, name: str, code: Code) -> "GameRecord":
        """The same with another code for a team, or for the host."""
        if name == HOST:
            return self.model_copy(update={"host": code})
        return self.model_copy(update={"teams": self.teams | {name: self.teams[name].model_copy(update={"code": code})}})

    @property
    def codes(self) -> list[Code]:
        """All that are valid."""
        return [self.host, *(place.code for place in self.teams.values())]


def new_secret() -> str:
    """Random hexadecimal digits."""
    return secrets.token_hex(32)


def begin_record(begun: AwareDatetime) -> tuple[GameRecord, str]:
    """The record of a game without teams, and its host's code."""
    salt = new_secret()
    code, kept = make_code(salt)
    return GameRecord(begun=begun, salt=salt, secret=new_secret(), host=kept, teams={}), code
