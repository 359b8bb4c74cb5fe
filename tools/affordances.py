"""Affordances: permissions that rules grant and tools need."""

from enum import StrEnum


class Affordance(StrEnum):
    """What an auditor may be allowed to do (the affordances of Marks et al. 2025 and later work)."""

    CHAT = "chat"
    """Talk to the organism in its chat format."""
    PREFILL = "prefill"
    """Begin the organism's reply."""
    RAW = "raw"
    """Text without chat format, and the user's turn."""
    LOGPROBS = "logprobs"
    """Probabilities of tokens."""
    ACTIVATIONS = "activations"
    """The residual stream."""
    SAE = "sae"
    """Features of the sparse autoencoder."""
    STEER = "steer"
    """Change activations while the organism speaks."""
    DATA = "data"
    """Search the training data."""
    REFERENCE = "reference"
    """Ask the same of a reference model without the later training stages."""
