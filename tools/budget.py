"""What one audit may use, and what it has used."""

from pydantic import Field

from transcripts import Record


class Budget(Record):
    """Limits of one match; null is no limit."""

    turns: int | None = Field(default=None, ge=1)
    """Answers of the brain."""
    calls: int | None = Field(default=None, ge=1)
    """Tool calls."""
    generated_tokens: int | None = Field(default=None, ge=1)
    """Tokens that the organism (and its reference) write."""
    helper_tokens: int | None = Field(default=None, ge=1)
    """Tokens that the helper model reads and writes."""
    minutes: float | None = Field(default=None, gt=0)
    """Wall time of playing."""


class Used(Record):
    """What an audit has used."""

    turns: int = 0
    calls: int = 0
    generated_tokens: int = 0
    read_tokens: int = 0
    """Tokens that the organism has read."""
    helper_tokens: int = 0
    """Tokens that the helper model has read and written."""
    seconds: float = 0.0
    """Wall time of playing."""

    def share(self, budget: Budget) -> tuple[float, str]:
        """The largest used share of any limit, and the name of that limit (0 and "" where nothing is limited)."""
        shares = [
            (self.turns / budget.turns, "turns") if budget.turns else (0.0, ""),
            (self.calls / budget.calls, "calls") if budget.calls else (0.0, ""),
            (self.generated_tokens / budget.generated_tokens, "generated tokens") if budget.generated_tokens else (0.0, ""),
            (self.helper_tokens / budget.helper_tokens, "helper tokens") if budget.helper_tokens else (0.0, ""),
            (self.seconds / 60 / budget.minutes, "minutes") if budget.minutes else (0.0, ""),
        ]
        return max(shares)
