"""Trains a causal language model on packed sequences with transformers' Trainer. It knows no stage and no recipe."""

from collections.abc import Callable
from pathlib import Path

import torch
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    get_wsd_schedule,
)

from organism.foundry.optimizer import MuonAdamW
from organism.foundry.packing import Packed
from organism.foundry.precision import bf16_pays, widened

Progress = Callable[[int, int], None]
"""Told the steps done and the steps in all."""


class Report(TrainerCallback):
    """Tells a `Progress` of each step.

    Args:
        progress: is told.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:  # noqa: ARG002
        """A step is done."""
        self.progress(state.global_step, state.max_steps)


def train(
    model: PreTrainedModel,
    data: Packed,
    *,
    batch_size: int,
    muon_lr: float,
    adam_lr: float,
    seed: int,
    workspace: Path,
    progress: Progress,
) -> float:
    """Train `model` in place for one epoch over `data`.

    bf16 autocast where that pays, weights stay fp32; on a GPU steps are wider (see precision).

    Args:
        model: on the CPU or a GPU; the Trainer moves it.
        data: packed sequences.
        batch_size: sequences a step.
        muon_lr: peak learning rate of the matrices.
        adam_lr: peak learning rate of embeddings and vectors.
        seed: of the order of sequences.
        workspace: folder for the Trainer's own files.
        progress: called after each step.

    Returns:
        Mean training loss in nats a token.
    """
    batch_size, (muon_lr, adam_lr) = widened(batch_size, muon_lr, adam_lr)
    steps = -(-len(data) // batch_size)
    arguments = TrainingArguments(
        output_dir=str(workspace),
        num_train_epochs=1,
        per_device_train_batch_size=batch_size,
        bf16=bf16_pays(),
        use_cpu=not torch.cuda.is_available(),
        seed=seed,
        max_grad_norm=1.0,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=torch.cuda.is_available(),
        remove_unused_columns=False,
    )
    optimizer = MuonAdamW(model, muon_lr=muon_lr, adam_lr=adam_lr)
    schedule = get_wsd_schedule(
        optimizer,
        num_warmup_steps=min(40, steps // 10),
        num_decay_steps=steps // 2,
        num_training_steps=steps,
        min_lr_ratio=0.02,
    )
    trainer = Trainer(model=model, args=arguments, train_dataset=data, optimizers=(optimizer, schedule), callbacks=[Report(progress)])
    trainer.remove_callback(PrinterCallback)  # progress is told to the caller alone
    return float(trainer.train().training_loss)
