"""The helper model: text in, text out, for tools that need something written or judged. It knows no provider: the game passes one in."""

from typing import Protocol

from transcripts import Record, Usage


class HelperText(Record):
    """What a helper wrote."""

    text: str
    """Empty where it refused."""
    refusal: str = ""
    """Why it refused; empty where it did not."""
    usage: Usage
    """Tokens read and written for it."""
    dollars: float | None = None
    """What it cost; null where the helper's model has no price."""


class Helper(Protocol):
    """Writes one text; calls may run side by side. Its failures are its own: they stop the audit, which can be resumed."""

    async def write(self, system: str, prompt: str, *, max_tokens: int) -> HelperText:
        """Write.

        Args:
            system: who it is and what stays the same.
            prompt: what is asked.
            max_tokens: most tokens of the text.
        """
        ...
