"""The standings while a game goes on: teams beside the agents of other folders, summed up anew only when a run has changed."""

import asyncio
from pathlib import Path

from game.run_summary import LeftOut, RunSummary, summaries
from game.standings import Results, results


class LiveStandings:
    """Standings of folders of runs.

    Args:
        folders: of runs; one that is not there yet has none.
    """

    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders
        self._seen: tuple[list[RunSummary], list[LeftOut]] | None = None
        self._results: Results | None = None
        self._one_at_a_time = asyncio.Lock()

    async def results(self) -> Results:
        """The standings now."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._sum_up)

    def _sum_up(self) -> Results:
        seen = summaries(self._folders)
        if self._results is None or seen != self._seen:
            self._seen, self._results = seen, results(*seen)
        return self._results
