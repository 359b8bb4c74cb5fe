"""What may go wrong in a LoRA build that its user can mend."""


class LoraError(RuntimeError):
    """A LoRA build cannot go on; the message says what to do."""


class BaseError(LoraError):
    """The base model cannot be used: not found, incomplete, or without a chat template."""


class DataError(LoraError):
    """A stage's data file is missing or holds no record of the stage's kind."""


class StageError(LoraError):
    """A stage's process failed; the message names its log."""
