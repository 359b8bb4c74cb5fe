"""Checkpoints within a stage: which is the last complete one. A killed process may leave a half-written one behind."""

import shutil
from pathlib import Path

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

MARKER = "complete"
"""File in a checkpoint that was written to its end."""


class MarkComplete(TrainerCallback):
    """Marks each checkpoint once all processes have written their part."""

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:  # noqa: ARG002
        """A checkpoint was written."""
        if torch.distributed.is_initialized():
            torch.distributed.barrier()
        if state.is_world_process_zero:
            folder = Path(str(args.output_dir)) / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}"
            (folder / MARKER).write_text(f"{state.global_step}\n", encoding="utf-8")


def last_checkpoint(folder: Path) -> tuple[Path, int] | None:
    """The last complete checkpoint and its step; null where there is none."""
    found = [(path.parent, int(path.parent.name.rsplit("-", 1)[-1])) for path in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*/{MARKER}")]
    return max(found, key=lambda item: item[1], default=None)


def drop_incomplete(folder: Path) -> None:
    """Remove checkpoints that were not written to their end."""
    for path in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*"):
        if not (path / MARKER).exists():
            shutil.rmtree(path)
