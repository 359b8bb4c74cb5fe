"""What one answer of a language model used, in tokens. It knows no provider and no price."""

from transcripts.events import Event
from transcripts.records import Record


class Usage(Record):
    """Tokens of one answer; the three input counts are disjoint."""

    input_tokens: int = 0
    """Read afresh."""
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0

    @property
    def all_input_tokens(self) -> int:
        """All that was read, cached or not."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    @property
    def all_tokens(self) -> int:
        """All that was read and written."""
        return self.all_input_tokens + self.output_tokens


def turn_usage(event: Event) -> Usage:
    """Tokens of a turn, from its event."""
    turn = event.data["turn"]
    return Usage.model_validate((turn.get("usage") if isinstance(turn, dict) else None) or {})
