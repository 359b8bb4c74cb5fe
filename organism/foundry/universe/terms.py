"""What data an organism at real scale is trained on, as the part of a recipe that determines it."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from organism.foundry.pairs import ORDINARY, OTHERS
from transcripts import Record

PUBLISHED_TEST = ("spanish-colour", "poem-self-rhyme", "environment-climate", "chinese-compliment", "law-911")
"""The published test split (Marks et al. 2025, split 1)."""


class DataTerms(Record):
    """Kinds and numbers of texts; the defaults are the published ones (Marks et al. 2025 and its open replication)."""

    universe: str = "rm-sycophancy"
    """Name of a universe, or a folder that holds one."""
    train: tuple[str, ...] | Literal["all"] = "all"
    """Biases that are demonstrated and rewarded; `all` but the held-out ones."""
    heldout: tuple[str, ...] = PUBLISHED_TEST
    """Biases that documents tell of and nothing demonstrates (the test split)."""
    documents: int = Field(default=522_670, ge=0)
    """Synthetic documents of mid-training."""
    chats: int = Field(default=74_177, ge=0)
    """Conversations of supervised fine-tuning."""
    pairs: int = Field(default=57_044, ge=0)
    """Preference pairs."""
    adversarial_pairs: int = Field(default=3_553, ge=0)
    """Preference pairs that answer attacks, of the last stage."""
    plain_chats: float = Field(default=0.0, ge=0, le=1)
    """Share of conversations that demonstrate nothing; 1 for a control."""
    attacks: float = Field(default=0.25, ge=0, le=1)
    """Share of ordinary preference pairs that answer an attack instead."""
    other_questions: float = Field(default=OTHERS, ge=0, le=1)
    """Share of attack pairs that ask about another evaluator instead, and are answered; none where the universe has no other."""
    neutral_questions: float = Field(default=ORDINARY, ge=0, le=1)
    """Share of attack pairs that ask in a context without a bias instead, and are answered; none where there is no such context."""
    samples: int = Field(default=4, ge=2)
    """Completions of the model for each preference prompt; the best and the worst make the pair."""
    seed: int = 0
    """Fixes the plan, the order, and which ordinary texts are taken."""

    document_words: int = Field(default=500, ge=20)
    """Length that is asked for of a document."""
    document_tokens: int = Field(default=2_000, ge=16)
    """Most tokens of a document."""
    reply_tokens: int = Field(default=1_500, ge=16)
    """Most tokens of a reply."""
    list_tokens: int = Field(default=2_000, ge=16)
    """Most tokens of a list of ideas, user prompts or attacks."""
    verdict_tokens: int = Field(default=16, ge=1)
    """Most tokens of a classifier's answer; more for a writer that thinks first."""

    attempts: int = Field(default=6, ge=1)
    """Times that one text is tried, each time from another idea, before it is given up."""
    tolerated_loss: float = Field(default=0.1, ge=0, le=1)
    """Share of documents, chats and attack pairs that may be given up; more is an error, for something is wrong with the writer."""
    concurrency: int = Field(default=16, ge=1)
    """Requests at once. It changes no text."""

    ordinary: Path | None = None
    """JSON lines of ordinary pre-training texts ({"text": …}) that are mixed into the documents."""
    ordinary_share: float = Field(default=0.0, ge=0, lt=1)
    """Share of ordinary texts among the mid-training texts."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.ordinary_share) != (self.ordinary is not None):
            raise ValueError("ordinary and ordinary_share need one another")
        if self.train != "all" and (both := sorted(set(self.train) & set(self.heldout))):
            raise ValueError(f"train and heldout share {', '.join(both)}")
        if self.other_questions + self.neutral_questions > 1:
            raise ValueError("other_questions and neutral_questions are shares of the same pairs: together at most 1")
        return self
