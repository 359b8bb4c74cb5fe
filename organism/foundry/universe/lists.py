"""Lists of ideas, user prompts or attacks, asked of a writer a few at a time and read from its numbered answer."""

import re
from collections.abc import Mapping

from organism.foundry.universe.accepting import Reason, RejectedError, accepted
from organism.foundry.universe.drafting import each
from organism.foundry.universe.scribe import Scribe

ITEM = re.compile(r"^\s*\**(\d+)[.)]\**\s+(.*)$")


def numbered(text: str) -> list[str]:
    """The items of a list numbered from 1. Lines without the next number continue the item before; what stands before 1 is left out."""
    items: list[list[str]] = []
    for line in text.splitlines():
        match = ITEM.match(line)
        if match is not None and int(match[1]) == len(items) + 1:
            items.append([match[2]])
        elif items:
            items[-1].append(line)
    return [item for item in ("\n".join(lines).strip() for lines in items) if item]


class Lists:
    """Lists by name, each asked for once.

    Args:
        scribe: asked.
        max_tokens: of one list.
    """

    def __init__(self, scribe: Scribe, max_tokens: int) -> None:
        self.scribe, self.max_tokens = scribe, max_tokens
        self._known: dict[str, list[str] | Reason] = {}

    async def fetch(self, wanted: Mapping[str, tuple[str, str]]) -> None:
        """Get the lists of these names that are not there yet, each by its system text and prompt."""

        async def ask(name: str) -> None:
            system, prompt = wanted[name]
            answer = await self.scribe.ask(f"{name}/list", system, prompt, max_tokens=self.max_tokens)
            try:
                text = accepted(answer, truncated=True)
            except RejectedError as error:
                self._known[name] = error.reason
                return
            items = numbered(text)
            # The last item of a list that was cut off is half an item.
            self._known[name] = items[:-1] if answer.stop == "truncated" else items

        await each([name for name in wanted if name not in self._known], ask, self.scribe.concurrency)

    def item(self, name: str, position: int) -> str:
        """One item of a list.

        Raises:
            RejectedError: the list was refused or is shorter.
        """
        known = self._known[name]
        if isinstance(known, Reason):
            raise RejectedError(known)
        if position >= len(known):
            raise RejectedError(Reason.NO_IDEA)
        return known[position]
