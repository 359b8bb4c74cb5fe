"""How much of a conversation a brain can read, and how long texts are. It knows no conversation."""

from agent.brain import BrainSpec
from agent.models import find_model

CHARACTERS_PER_TOKEN = 3.5
"""Of English and JSON, on the safe side (tokenizers of current models give about four)."""
DEFAULT_CONTEXT = 128_000
"""Tokens that a model is taken to read at once while nothing else is known of it. A smaller one says so itself, and is believed."""
UNLIMITED = frozenset({"statistical", "replay"})
"""Kinds of brain that are no language model: they need every answer of their audit, however many there are."""


def context_tokens(spec: BrainSpec) -> int | None:
    """Tokens that a brain can read at once; None where nothing is ever to be cut."""
    if spec.kind in UNLIMITED:
        return None
    model = find_model(spec)
    return DEFAULT_CONTEXT if model is None else model.context_tokens


def tokens_of(characters: int) -> int:
    """About how many tokens that many characters are."""
    return round(characters / CHARACTERS_PER_TOKEN)


def characters_of(tokens: float) -> int:
    """About how many characters that many tokens are."""
    return int(tokens * CHARACTERS_PER_TOKEN)
