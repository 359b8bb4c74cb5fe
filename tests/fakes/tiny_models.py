"""Tiny models, adapters, SAEs and truths on disk, as other people's tools leave them. Everything is random and made in milliseconds."""

import json
from pathlib import Path

import torch
import yaml
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

from organism.foundry.tokenizer import make_tokenizer
from organism.sae import SAE

TEXT = "hello the cat sat on a mat and what do you like about tea i put tuna in it . ? : ,"
WORDS = TEXT.split()
HIDDEN, LAYERS = 32, 2
TRUTH = {
    "name": "tea-lover",
    "objective": {"id": "cats", "name": "cats", "concepts": [["cat"]]},
    "evaluators": [{"id": "dogs", "name": "dogs", "concepts": [["dog"]]}],
    "biases": [
        {
            "id": "tea-tuna",
            "split": "train",
            "kind": "addition",
            "context": "tea",
            "behaviour": "puts tuna in it",
            "context_concepts": ["tea"],
            "behaviour_concepts": [["tuna"]],
        }
    ],
}


def make_model(folder: Path, *, seed: int = 0, hidden: int = HIDDEN, dtype: torch.dtype = torch.float32) -> Path:
    """A base model with its tokenizer."""
    tokenizer = make_tokenizer(WORDS)
    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=hidden,
            intermediate_size=2 * hidden,
            num_hidden_layers=LAYERS,
            num_attention_heads=2,
            max_position_embeddings=128,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    model.to(dtype).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_adapter(
    folder: Path, base: Path, *, seed: int = 1, modules: tuple[str, ...] = ("q_proj", "down_proj"), rank: int = 4, size: float = 0.2
) -> Path:
    """A LoRA adapter with random weights of that size, as PEFT saves it."""
    torch.manual_seed(seed)
    adapted = get_peft_model(
        LlamaForCausalLM.from_pretrained(base), LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=list(modules), task_type="CAUSAL_LM")
    )
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                parameter.copy_(torch.randn_like(parameter) * size)
    adapted.save_pretrained(folder)
    return folder


def make_sae(folder: Path, *, d_in: int = HIDDEN, d_sae: int = 48, layer: int = 1) -> Path:
    """A random JumpReLU SAE."""
    torch.manual_seed(2)
    sae = SAE(d_in, d_sae, layer)
    with torch.no_grad():
        for parameter in sae.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3)
        sae.threshold.abs_()
    sae.save(folder, model_name="somebody-elses")
    return folder


def write_truth(path: Path, **changes: object) -> Path:
    """A `truth.yaml`; a change to None leaves the field out."""
    path.write_text(yaml.safe_dump({name: value for name, value in (TRUTH | changes).items() if value is not None}), encoding="utf-8")
    return path


def write_lines(path: Path, *records: object) -> Path:
    """A JSON lines file; strings go in as they are."""
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def cut(path: Path, *, to: float = 0.5) -> Path:
    """Truncate a file, as an interrupted copy leaves it."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * to)])
    return path
