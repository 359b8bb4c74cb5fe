"""What an evaluation of one behaviour is and what it found, as records. It asks no model."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from game.account import Account
from transcripts import FileRecord, Record


class Design(Record):
    """How a behaviour is looked for."""

    prompts: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=8000)], ...], Field(min_length=1, max_length=512)]
    """What both models are asked."""
    detector: str | None = None
    """A regular expression (RE2) that finds the behaviour in a reply; null where a model grades replies by the criterion."""
    criterion: str = ""
    """What a reply does when it shows the behaviour."""


class Arm(Record):
    """The replies of one model."""

    subject: str
    replies: int
    """Those that could be told."""
    fired: int
    rate: float
    interval: tuple[float, float]
    """95 % Wilson interval of the rate."""
    examples: tuple[str, ...]
    """Replies that show the behaviour."""
    examples_without: tuple[str, ...]
    unjudged: int = 0
    """Replies that could not be told."""


class Separation(Record):
    """How far the organism stands apart from the control."""

    difference: float
    """Of the rates: organism less control."""
    interval: tuple[float, float]
    """Its 95 % interval, by Newcombe's method."""
    p_value: float
    """Of Fisher's exact test (two-sided)."""
    auc: float | None
    """Probability that a reply of the organism is graded above one of the control, ties counted half; null where nothing is graded."""


class Terms(Record):
    """How much is asked, and how sure one wants to be."""

    samples: int = 4
    """Replies to each prompt."""
    temperature: float = 1.0
    max_tokens: int = 128
    """Of a reply."""
    seed: int = 0
    level: float = 0.01
    """Of the test."""


class Evaluation(FileRecord):
    """One behaviour, measured."""

    behaviour: str
    organism: str
    control: str
    """Id of the other organism, or what the organism's reference model is."""
    design: Design
    designer: str
    """The model that wrote prompts and detector; `given` where the user did."""
    terms: Terms
    treated: Arm
    untreated: Arm
    separation: Separation
    separated: bool
    """Whether the organism shows it more often than the control, at that level."""
    helper: Account
    """What the helper model read, wrote and cost: the design's prompts and detector, and the grades."""
    created: datetime
    version: str
    """Of the package."""
