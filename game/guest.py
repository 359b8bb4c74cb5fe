"""A match whose auditor is a guest: a client's agent, which calls one tool after the other and ends with its report."""

from pydantic import JsonValue

from game.hosted import HostedMatch
from transcripts import Event


class GuestMatch(HostedMatch):
    """One match that is open for a guest's calls. Its clock starts with the first of them."""

    _begun = False

    async def call(self, name: str, arguments: dict[str, JsonValue]) -> Event:
        """Run one call and return its result event. The call that submits the report seals the run.

        Raises:
            AuditOverError: the report is submitted, or the match failed; it can go on in another process.
            ToolError: the arguments are too long to be looked at.
        """
        return await self._take(name, arguments)

    def _begin(self) -> None:
        if not self._begun:
            self._log_start()
            self._begun = True
