"""The game while it is served: a table for each team, when it ends, and whether scores are shown. It knows no page and no truth."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from game.web.game_file import GameFile
from game.web.game_record import GameRecord
from game.web.scoring import Scorer
from game.web.standings import LiveStandings
from game.web.table import Table


class House:
    """A game.

    Args:
        file: what it was asked to be.
        folder: of its runs.
        cache: of organisms.
        record: what outlives this process.
        tables: of all teams.
    """

    def __init__(self, file: GameFile, folder: Path, cache: Path, record: GameRecord, tables: list[Table]) -> None:
        self.file, self.folder, self.record, self.tables = file, folder, record, tables
        self.scorer = Scorer(cache)
        self.standings = LiveStandings([folder, *map(Path, file.standings)])

    @property
    def secret(self) -> str:
        """Signs the sessions."""
        return self.record.secret

    @property
    def host_code(self) -> str:
        """Mark of the host's code."""
        return self.record.host.mark

    @property
    def ends(self) -> datetime:
        """When the teams' codes expire."""
        expires = self.file.expires
        return expires if isinstance(expires, datetime) else self.record.begun + timedelta(hours=expires)

    @property
    def seconds_left(self) -> float:
        """Until it ends; below 0 after that."""
        return (self.ends - datetime.now(UTC)).total_seconds()

    @property
    def over(self) -> bool:
        """Whether the game has ended for its teams; its host may still come, score and release."""
        return self.seconds_left <= 0

    @property
    def over_words(self) -> str:
        """That it has."""
        return f"This game ended at {self.ends_words}, and its codes with it."

    @property
    def ends_words(self) -> str:
        """When it ends."""
        return f"{self.ends.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    @property
    def released(self) -> bool:
        """Whether teams see their scores."""
        return self.record.released

    def release(self, released: bool) -> None:
        """Show the scores to the teams, or no longer."""
        self.record = self.record.model_copy(update={"released": released})
        self.record.keep(self.folder)

    async def end(self) -> None:
        """The time of the game is over: seal what each team has written."""
        for table in self.tables:
            await table.seal_late()

    def close(self) -> None:
        """Let go of all runs and organisms."""
        for table in self.tables:
            table.close()
        for organism in {table.organism.card.id: table.organism for table in self.tables}.values():
            organism.close()
