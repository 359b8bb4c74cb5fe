"""Direct preference optimisation (Rafailov et al. 2023) of a nano checkpoint with TRL. It knows pairs of texts, no world and no recipe."""

from collections.abc import Sequence
from pathlib import Path

import torch
from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerFast, PrinterCallback, get_wsd_schedule
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer

from organism.chat import render_chat
from organism.foundry.optimizer import MuonAdamW
from organism.foundry.pairs import Pair
from organism.foundry.precision import bf16_pays, widened
from organism.foundry.recipe import PreferenceTerms
from organism.foundry.training import Progress, Report


def train_on_pairs(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    pairs: Sequence[Pair],
    terms: PreferenceTerms,
    *,
    seed: int,
    workspace: Path,
    progress: Progress,
) -> float:
    """Train for one epoch on pairs; the model as it comes in is the reference.

    Args:
        model: the checkpoint before.
        tokenizer: with a chat template.
        pairs: prompts with a chosen and a rejected reply.
        terms: of the stage.
        seed: of the order of pairs.
        workspace: folder for the trainer's own files.
        progress: told the steps done and in all.

    Returns:
        Mean training loss in nats a pair.
    """
    batch_size, (muon_lr, adam_lr) = widened(terms.batch_size, terms.muon_lr, terms.adam_lr)
    steps = -(-len(pairs) // batch_size)
    arguments = DPOConfig(
        output_dir=str(workspace),
        num_train_epochs=1,
        per_device_train_batch_size=batch_size,
        precompute_ref_log_probs=True,  # then no second model is held
        precompute_ref_batch_size=64,
        beta=terms.beta,
        loss_type=["sigmoid", "sft"] if terms.sft else ["sigmoid"],
        loss_weights=[1.0, terms.sft] if terms.sft else None,
        max_length=None,
        bf16=bf16_pays(),
        use_cpu=not torch.cuda.is_available(),
        seed=seed,
        max_grad_norm=1.0,
        gradient_checkpointing=False,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=torch.cuda.is_available(),
    )
    optimizer = MuonAdamW(model, muon_lr=muon_lr, adam_lr=adam_lr)
    schedule = get_wsd_schedule(
        optimizer, num_warmup_steps=min(10, steps // 10), num_decay_steps=steps // 2, num_training_steps=steps, min_lr_ratio=0.02
    )
    rows = [{"prompt": render_chat(tokenizer, pair.conversation), "chosen": pair.chosen, "rejected": pair.rejected} for pair in pairs]
    trainer = DPOTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        optimizers=(optimizer, schedule),
        callbacks=[Report(progress)],
    )
    trainer.remove_callback(PrinterCallback)  # progress is told to the caller alone
    return float(trainer.train().training_loss)
