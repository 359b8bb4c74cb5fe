"""One stage's orders and its folder: all that the process that trains it is told, and what it leaves behind."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from organism.foundry.lora.memory import Batch
from organism.foundry.lora.recipe import AdapterTerms, LanguageTerms, LoraSplit, PreferenceLoss
from transcripts import FileRecord

StageKind = Literal["documents", "chat", "preference"]
KINDS: dict[LoraSplit, StageKind] = {"midtrain": "documents", "sft": "chat", "preference": "preference", "adversarial": "preference"}
"""What each stage learns from."""


class StageSpec(FileRecord):
    """What one process is to train."""

    stage: LoraSplit
    kind: StageKind
    base: Path
    """Folder of the base model."""
    adapters: tuple[Path, ...]
    """Folders of the adapters of the stages before, in order; they stay as they are."""
    data: Path
    """JSON lines."""
    output: Path
    """The stage's folder."""
    terms: LanguageTerms
    loss: PreferenceLoss | None = None
    """Of a preference stage."""
    adapter: AdapterTerms
    batch: Batch
    precision: Literal["bf16", "fp32"]
    gradient_checkpointing: bool
    save_every: int = Field(ge=1)
    """Steps from one checkpoint to the next."""
    seed: int


class StageDone(FileRecord):
    """Written last: a stage without it is not finished."""

    steps: int
    resumed_from: int
    """Steps that were done before the process that finished it began; 0 where one process did all."""
    examples: int
    """Lines of the data file."""
    loss: float
    """Mean training loss of the last process."""
    seconds: float
    """Of the last process."""


class StageProgress(FileRecord):
    """How far a stage in a process of its own has come."""

    done: int
    total: int


@dataclass(frozen=True)
class StageFolder:
    """The folder of one stage."""

    path: Path

    @property
    def spec(self) -> Path:
        """The orders."""
        return self.path / "stage.json"

    @property
    def adapter(self) -> Path:
        """The adapter (PEFT), with the tokenizer beside it."""
        return self.path / "adapter"

    @property
    def checkpoints(self) -> Path:
        """The trainer's own; removed when the stage is finished."""
        return self.path / "checkpoints"

    @property
    def rows(self) -> Path:
        """The data as the trainer reads it; removed when the stage is finished."""
        return self.path / "rows"

    @property
    def history(self) -> Path:
        """What the trainer logged (a JSON list)."""
        return self.path / "history.json"

    @property
    def progress(self) -> Path:
        """How far it has come."""
        return self.path / "progress.json"

    @property
    def log(self) -> Path:
        """What a process of its own printed."""
        return self.path / "log.txt"

    @property
    def done(self) -> Path:
        """Written last."""
        return self.path / "done.json"

    @property
    def finished(self) -> bool:
        """Whether it was trained to its end."""
        return self.done.exists()
