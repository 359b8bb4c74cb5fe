"""Keeps the organisms that a process has loaded: matches borrow them, and the one unused for longest makes room. It plays nothing."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from organism import Organism, organism_folder


class Shelf:
    """The loaded organisms of one process.

    Args:
        room: most of them at a time; who wants one more waits until one is given back.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._held: OrderedDict[Path, Organism] = OrderedDict()
        self._borrowers: dict[Path, int] = {}
        self._given_back = asyncio.Condition()

    @asynccontextmanager
    async def lend(self, cache: Path, organism_id: str) -> AsyncIterator[Organism]:
        """An organism for one match, loaded if it is not here.

        Raises:
            OrganismError: it is not finished, or a file is missing or truncated.
        """
        path = organism_folder(cache, organism_id).path
        async with self._given_back:
            await self._given_back.wait_for(lambda: path in self._held or self._make_room())
            if path not in self._held:
                self._held[path] = Organism.load(organism_folder(cache, organism_id))
            self._held.move_to_end(path)
            self._borrowers[path] = self._borrowers.get(path, 0) + 1
        try:
            yield self._held[path]
        finally:
            self._borrowers[path] -= 1
            async with self._given_back:
                self._given_back.notify_all()

    def _make_room(self) -> bool:
        """Close the organism that was lent longest ago and is not lent now, if there is no room; whether there is room then."""
        if len(self._held) < self._room:
            return True
        unused = next((path for path in self._held if not self._borrowers[path]), None)
        if unused is not None:
            self._held.pop(unused).close()
        return unused is not None

    def close(self) -> None:
        """Close all organisms."""
        while self._held:
            self._held.popitem()[1].close()
