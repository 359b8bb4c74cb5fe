"""Where the model of an organism comes from when it was not trained here: weights with adapters, or a server."""

from typing import Annotated, Literal

from pydantic import Field

from organism.hub import Location
from transcripts import FileRecord, Record


class Weights(Record):
    """A base model, and adapters that are merged into it one after the other."""

    kind: Literal["weights"] = "weights"
    base: Location
    files: dict[str, int]
    """Size in bytes of each file of the base's folder; empty for one from the hub, whose commit is fixed."""
    adapters: tuple[str, ...] = ()
    """Folders under the organism's `adapters/`, in the order in which they are applied."""
    tokenizer: Location | None = None
    """Null for the base's own."""
    reference: bool = False
    """Whether the base without adapters is the reference model."""


class Endpoint(Record):
    """A model behind a server that speaks the protocol of OpenAI. The key is never part of a record."""

    kind: Literal["endpoint"] = "endpoint"
    base_url: str
    """Most end in `/v1`."""
    model: str
    """The model's name at the server."""
    context_length: int = Field(ge=2)
    """Longest sequence in tokens, prompt and reply together."""
    tokenizer: Location | None = None
    """Renders the user's turn as text; null: user turns cannot be sampled."""


class ModelRecord(FileRecord):
    """The file `model.json` of an organism."""

    source: Annotated[Weights | Endpoint, Field(discriminator="kind")]
