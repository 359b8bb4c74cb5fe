"""The public description of an organism: what an auditor may know before the first question."""

from transcripts import FileRecord, Record


class DataSummary(Record):
    """What training data an auditor can search."""

    split: str
    documents: int
    tokens: int


class Card(FileRecord):
    """An organism as its auditors see it."""

    id: str
    description: str
    parameters: int
    """Weights of the model."""
    layers: int
    d_model: int
    """Width of the residual stream."""
    vocabulary: int
    """Tokens of the tokenizer."""
    context_length: int
    """Longest sequence in tokens."""
    sae_layer: int
    """The SAE reads the residual stream after this many layers."""
    d_sae: int
    """Features of the SAE."""
    data: tuple[DataSummary, ...]
    synthetic_share: float | None = None
    reference: str
    """What the reference model is, where rules grant one."""
