"""The public description of an organism: what an auditor may know before the first question."""

from typing import Literal

from transcripts import FileRecord, Record

Served = Literal["chat", "prefill", "raw"]


class DataSummary(Record):
    """What training data an auditor can search."""

    split: str
    documents: int
    tokens: int | None
    """Null where no tokenizer is at hand."""


class Card(FileRecord):
    """An organism as its auditors see it."""

    id: str
    description: str
    parameters: int | None
    """Weights of the model; null for a black box, as the next three."""
    layers: int | None
    d_model: int | None
    """Width of the residual stream."""
    vocabulary: int | None
    """Tokens of the tokenizer."""
    context_length: int
    """Longest sequence in tokens."""
    sae_layer: int | None = None
    """The SAE reads the residual stream after this many layers; null without an SAE."""
    d_sae: int | None = None
    """Features of the SAE; null without one."""
    data: tuple[DataSummary, ...] = ()
    """Empty where the training data are not at hand."""
    synthetic_share: float | None = None
    """Share of synthetic documents among the pre-training texts of `data`; null where nobody knows."""
    reference: str | None = None
    """What the reference model is, where rules grant one; null where there is none."""
    served: tuple[Served, ...] | None = None
    """What the server of a black box answers; null where the weights are here."""

    @property
    def affordances(self) -> frozenset[str]:
        """Names of the affordances that this organism can serve, whatever rules grant."""
        weights = ("chat", "prefill", "raw", "logprobs", "activations", "steer")
        parts = {"sae": self.d_sae is not None, "data": bool(self.data), "reference": self.reference is not None}
        return frozenset((*(weights if self.served is None else self.served), *(name for name, there in parts.items() if there)))
