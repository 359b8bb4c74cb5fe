"""Trains one stage with TRL: a new adapter on the base and the adapters before. A killed stage goes on from its last checkpoint."""

import gc
import json
import shutil
import time
from typing import Any, cast

import torch
from datasets import Dataset
from peft import PeftModel
from torch import nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback, Trainer
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from organism.foundry.lora.errors import DataError
from organism.foundry.lora.resume import MarkComplete, drop_incomplete, last_checkpoint
from organism.foundry.lora.rows import load_rows, marks_assistant
from organism.foundry.lora.spec import StageDone, StageFolder, StageSpec
from organism.foundry.lora.stacking import TRAINED, lora_config, stack_earlier
from organism.foundry.training import Progress, Report


def run_stage(spec: StageSpec, progress: Progress) -> StageDone:
    """Train a stage unless it is finished.

    Args:
        spec: the orders.
        progress: told the steps done and in all; in the first process alone where there are several.

    Returns:
        What it came to, also where it was finished before.

    Raises:
        DataError: the data file is missing, or of another shape.
    """
    folder = StageFolder(spec.output)
    if folder.finished:
        return StageDone.read(folder.done)
    started = time.monotonic()
    trainer = make_trainer(spec, progress)
    main = trainer.is_world_process_zero()
    last = last_checkpoint(folder.checkpoints)
    if main:
        drop_incomplete(folder.checkpoints)
    result = trainer.train(resume_from_checkpoint=str(last[0]) if last else None)
    _save(trainer, cast(PreTrainedTokenizerBase, trainer.processing_class), folder)
    done = StageDone(
        steps=trainer.state.global_step,
        resumed_from=last[1] if last else 0,
        examples=_lines(spec),
        loss=float(result.training_loss),
        seconds=round(time.monotonic() - started, 2),
    )
    trainer.accelerator.wait_for_everyone()
    if main:
        folder.history.write_text(json.dumps(trainer.state.log_history), encoding="utf-8")
        done.write(folder.done)
        for path in (folder.checkpoints, folder.rows):
            shutil.rmtree(path, ignore_errors=True)
    del trainer
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return done


def make_trainer(spec: StageSpec, progress: Progress) -> Trainer:
    """The trainer of a stage, ready to train.

    Raises:
        DataError: the data file is missing, or of another shape.
    """
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(spec.base)
    # Before the model: what is wrong with the data is told in seconds, not after 140 GB were read.
    masks = spec.kind == "chat" and marks_assistant(tokenizer)
    rows = load_rows(spec.data, spec.kind, cache=StageFolder(spec.output).rows, assistant_masks=masks)
    model = load_base(spec)
    make = _preference if spec.kind == "preference" else _language
    trainer = make(spec, model, tokenizer, rows, masks)
    if not len(cast(Dataset, trainer.train_dataset)):
        raise DataError(f"{spec.data}: nothing to learn is left within max_length {spec.terms.max_length} of stage {spec.stage}; raise it")
    trainer.remove_callback(PrinterCallback)  # progress is told to the caller alone
    if trainer.is_world_process_zero():
        trainer.add_callback(Report(progress))
    trainer.add_callback(MarkComplete())
    stack_earlier(cast(PeftModel, trainer.model), spec.adapters)
    return trainer


def load_base(spec: StageSpec) -> PreTrainedModel:
    """The base model in the stage's precision."""
    dtype = torch.bfloat16 if spec.precision == "bf16" else torch.float32
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(spec.base, dtype=dtype)
    return model


def _language(spec: StageSpec, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset, masks: bool) -> Trainer:
    """Next-token prediction: documents packed end to end; of chats the assistant's words alone are learnt."""
    documents = spec.kind == "documents"
    arguments = SFTConfig(
        **_arguments(spec),
        packing=documents,
        packing_strategy="wrapped",  # the other strategies keep texts apart with FlashAttention alone
        completion_only_loss=None if documents or masks else True,
        assistant_only_loss=masks,
    )
    return SFTTrainer(model=model, args=arguments, train_dataset=rows, processing_class=tokenizer, peft_config=lora_config(spec.adapter))


def _preference(spec: StageSpec, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Dataset, masks: bool) -> Trainer:  # noqa: ARG001
    """Direct preference optimisation (Rafailov et al. 2023); the reference is the model without the new adapter."""
    if spec.loss is None:
        raise ValueError(f"stage {spec.stage}: a preference stage needs a loss")
    arguments = DPOConfig(
        **_arguments(spec),
        beta=spec.loss.beta,
        loss_type=["sigmoid", "sft"] if spec.loss.sft else ["sigmoid"],
        loss_weights=[1.0, spec.loss.sft] if spec.loss.sft else None,
    )
    return DPOTrainer(model=model, args=arguments, train_dataset=rows, processing_class=tokenizer, peft_config=lora_config(spec.adapter))


def _arguments(spec: StageSpec) -> dict[str, Any]:
    """What both kinds of trainers are told."""
    return {
        "output_dir": str(StageFolder(spec.output).checkpoints),
        "num_train_epochs": spec.terms.epochs,
        "learning_rate": spec.terms.lr,
        "lr_scheduler_type": "linear",
        "warmup_steps": spec.terms.warmup,  # below 1: a share of all steps
        "per_device_train_batch_size": spec.batch.micro,
        "gradient_accumulation_steps": spec.batch.accumulation,
        "max_length": spec.terms.max_length,
        "max_grad_norm": 1.0,
        "bf16": spec.precision == "bf16",
        "use_cpu": not torch.cuda.is_available(),
        "gradient_checkpointing": spec.gradient_checkpointing,
        "seed": spec.seed,
        "save_strategy": "steps",
        "save_steps": spec.save_every,
        "save_total_limit": 2,  # the last may be half-written when the process dies
        "logging_steps": 10,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": torch.cuda.is_available(),
    }


def _save(trainer: Trainer, tokenizer: PreTrainedTokenizerBase, folder: StageFolder) -> None:
    """Write the adapter whole: to a folder beside, which then takes its place."""
    model: PeftModel = trainer.accelerator.unwrap_model(trainer.model)
    state = None
    if trainer.is_fsdp_enabled:
        options = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=True)
        state = get_model_state_dict(cast(nn.Module, trainer.model), options=options)  # all processes take part
    if trainer.is_world_process_zero():
        unfinished = folder.adapter.with_name("adapter.partial")
        for path in (unfinished, folder.adapter):
            shutil.rmtree(path, ignore_errors=True)
        model.save_pretrained(str(unfinished), state_dict=state, selected_adapters=[TRAINED])
        tokenizer.save_pretrained(unfinished)
        unfinished.rename(folder.adapter)


def _lines(spec: StageSpec) -> int:
    with spec.data.open("rb") as file:
        return sum(1 for _ in file)
