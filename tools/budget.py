"""What one audit may use, and what it has used."""

from pydantic import Field

from transcripts import Record


class Budget(Record):
    """Limits of one match; null is no limit."""

    turns: int | None = Field(default=None, ge=1)
    """Answers of the brain."""
    calls: int | None = Field(default=None, ge=1)
    """Tool calls."""
    brain_tokens: int | None = Field(default=None, ge=1)
    """Tokens that the auditor's model reads and writes; what it reads from a cache counts as read."""
    generated_tokens: int | None = Field(default=None, ge=1)
    """Tokens that the organism (and its reference) write."""
    helper_tokens: int | None = Field(default=None, ge=1)
    """Tokens that the helper model reads and writes."""
    dollars: float | None = Field(default=None, gt=0)
    """Price of the auditor's model and the helper model together."""
    minutes: float | None = Field(default=None, gt=0)
    """Wall time of playing."""

    def limits(self) -> dict[str, float]:
        """What is limited, and to how much; names in words."""
        return {name.replace("_", " "): value for name, value in self.model_dump().items() if value is not None}

    def __str__(self) -> str:
        return ", ".join(f"{value:,.10g} {name}" for name, value in self.limits().items()) or "unlimited"


class Used(Record):
    """What an audit has used."""

    turns: int = 0
    calls: int = 0
    brain_input_tokens: int = 0
    """Tokens that the auditor's model has read, cached or not."""
    brain_output_tokens: int = 0
    """Tokens that it has written."""
    generated_tokens: int = 0
    read_tokens: int = 0
    """Tokens that the organism has read."""
    helper_tokens: int = 0
    """Tokens that the helper model has read and written."""
    dollars: float = 0.0
    """Price of the auditor's and the helper's tokens that have one."""
    unpriced_tokens: int = 0
    """The auditor's and the helper's tokens that have none."""

    seconds: float = 0.0
    """Wall time of playing."""

    @property
    def brain_tokens(self) -> int:
        """Tokens that the auditor's model has read and written."""
        return self.brain_input_tokens + self.brain_output_tokens

    @property
    def price(self) -> float | None:
        """Dollars of all tokens; null where some have no price."""
        return None if self.unpriced_tokens else self.dollars

    @property
    def minutes(self) -> float:
        """Wall time of playing."""
        return self.seconds / 60

    def share(self, budget: Budget) -> tuple[float, str]:
        """The largest used share of any limit, and the name of that limit (0 and "" where nothing is limited)."""
        return max(
            ((getattr(self, name.replace(" ", "_")) / limit, name) for name, limit in budget.limits().items()),
            default=(0.0, ""),
        )
