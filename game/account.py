"""What somebody has used, as a record that adds up. It knows neither who nor where it is counted."""

from transcripts import Record


class Account(Record):
    """What one role or one tool has used."""

    calls: int = 0
    """Turns of the auditor, requests to another model, calls of a tool that asked the organism or not."""
    seconds: float = 0.0
    """Wall time; of the auditor what passed before each of its turns since the event before, retries included."""
    read_tokens: int = 0
    written_tokens: int = 0
    dollars: float | None = 0.0
    """Null where a model without a price has read or written."""

    def plus(self, other: "Account") -> "Account":
        """Both together."""
        return Account(
            calls=self.calls + other.calls,
            seconds=round(self.seconds + other.seconds, 3),
            read_tokens=self.read_tokens + other.read_tokens,
            written_tokens=self.written_tokens + other.written_tokens,
            dollars=None if self.dollars is None or other.dollars is None else self.dollars + other.dollars,
        )

    @property
    def tokens(self) -> int:
        """All that was read and written."""
        return self.read_tokens + self.written_tokens
