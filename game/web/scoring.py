"""Scores runs in processes of their own, which open the truth; the server never does."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from game.web.table import Table
from transcripts import RunFolder

SCORE = "from game.cli import main; main()"
LONGEST = 2000
"""Characters of the last words of a process that fails."""


class Scorer:
    """Scores the sealed runs of teams, one after the other.

    Args:
        cache: of organisms and truths.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._waiting = list[Table]()
        self._work: asyncio.Task[None] | None = None
        self.problems = dict[str, str]()
        """Why teams have no score, by name."""

    def score(self, tables: Sequence[Table]) -> None:
        """Score the runs of these teams that are sealed; those that are being scored already are not begged twice."""
        self._waiting += [table for table in tables if table.sealed and table not in self._waiting]
        if self._waiting and (self._work is None or self._work.done()):
            self._work = asyncio.create_task(self._run())

    def words(self, table: Table) -> str:
        """What is to be said of the making of a team's score; empty for nothing."""
        if table in self._waiting:
            return "being scored" if table is self._waiting[0] else "waits for its score"
        return self.problems.get(table.name, "")

    async def _run(self) -> None:
        while self._waiting:
            table = self._waiting[0]
            self.problems.pop(table.name, None)
            table.close()  # the log is written by one process at a time
            if problem := await _score(table.run, self._cache):
                self.problems[table.name] = problem
            self._waiting.remove(table)


async def _score(run: RunFolder, cache: Path) -> str:
    """Why there is no score; empty where there is one."""
    command = [sys.executable, "-c", SCORE, "score", str(run.path), "--cache", str(cache), "--json"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode == 0:
        return ""
    return said.decode(errors="replace").strip()[-LONGEST:] or f"auditgame score ended with {process.returncode}"
