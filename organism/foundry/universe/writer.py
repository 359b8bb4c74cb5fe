"""The protocol of a writer (what turns a prompt into text) and its failure. It knows no provider: the game passes one in."""

from typing import Literal, Protocol

from pydantic import Field

from transcripts import Record


class WriterError(RuntimeError):
    """A writer cannot write, and waiting did not help; what was written before is kept, and the message says what to do."""


class Written(Record):
    """What a writer gave."""

    text: str
    input_tokens: int = Field(ge=0)
    """All that was read, cached or not."""
    output_tokens: int = Field(ge=0)
    stop: Literal["end", "truncated", "refusal"] = "end"
    """Why it ended: it wrote all · cut at the limit · it refused."""


class Writer(Protocol):
    """Writes one text. Many calls run side by side."""

    @property
    def name(self) -> str:
        """Who writes, as `provider:model`: what another one has written is not taken for its own."""
        ...

    async def write(self, system: str, prompt: str, *, max_tokens: int) -> Written:
        """Write.

        Args:
            system: what stays the same over many calls, so that a provider can cache it.
            prompt: what is asked this time.
            max_tokens: most tokens of the answer.

        Raises:
            WriterError: the provider cannot be used, or still fails after all retries.
        """
        ...
