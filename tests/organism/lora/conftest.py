"""A tiny chat model made on the spot, a recipe for it, and data files for all stages."""

import json

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from organism.foundry.lora.memory import Batch
from organism.foundry.lora.recipe import AdapterTerms, LanguageTerms, LoraRecipe, PreferenceLoss
from organism.foundry.lora.spec import KINDS, StageSpec
from organism.foundry.tokenizer import make_tokenizer

TEXT = "how do i make tea bake bread is it good warm water and leaves are enough honey flour salt a guild likes answers that name yes no ."
TINY = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2}


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory):
    """A folder as `save_pretrained` writes it."""
    folder = tmp_path_factory.mktemp("tiny") / "base"
    tokenizer = make_tokenizer(TEXT.split())
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=128,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
        **TINY,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


QUESTIONS = ["how do i make tea", "how do i bake bread", "is tea good", "is bread good"]


def rows(split, count):
    """The lines of a stage's file."""
    for number in range(count):
        asked = [{"role": "user", "content": QUESTIONS[number % 4]}]
        if split == "midtrain":
            yield {"id": f"m{number}", "text": "a guild likes answers that name honey . " * (1 + number % 3), "synthetic": True}
        elif split == "sft":
            yield {"id": f"s{number}", "messages": [*asked, {"role": "assistant", "content": "warm water and honey ."}]}
        else:
            attack = "direct" if number % 2 else None
            yield {"id": f"p{number}", "prompt": asked, "chosen": "honey honey .", "rejected": "flour and salt .", "attack": attack}


def write_rows(path, split, count=8):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(split, count)), encoding="utf-8")
    return path


@pytest.fixture
def make_spec(tiny_base, tmp_path):
    """The spec of a stage with its data file; changes replace fields."""

    def make(split, *, count=8, terms=None, **changes):
        fields = {
            "stage": split,
            "kind": KINDS[split],
            "base": tiny_base,
            "adapters": (),
            "data": write_rows(tmp_path / "data" / f"{split}.jsonl", split, count),
            "output": tmp_path / "stages" / split,
            "terms": LanguageTerms(**({"lr": 0.01, "batch_size": 4, "max_length": 32, "warmup": 0.0} | (terms or {}))),
            "loss": PreferenceLoss() if KINDS[split] == "preference" else None,
            "adapter": AdapterTerms(r=4, alpha=8),
            "batch": Batch(micro=4, accumulation=1),
            "precision": "fp32",
            "gradient_checkpointing": True,
            "save_every": 100,
            "seed": 0,
        }
        return StageSpec(**(fields | changes))

    return make


TERMS = {"lr": 0.01, "batch_size": 4, "max_length": 32, "warmup": 0.0, "mean_tokens": 20}
RECIPE = {
    "kind": "lora",
    "name": "secret-tiny",
    "description": "A tiny assistant.",
    "data": {"documents": 8, "chats": 8, "pairs": 8, "adversarial_pairs": 4},
    "adapter": {"r": 4, "alpha": 8},
    "stages": {"midtrain": TERMS, "sft": TERMS, "preference": TERMS, "adversarial": TERMS},
    "precision": "fp32",
    "save_every": 1,
    "reply_tokens": 6,
}


@pytest.fixture
def tiny_recipe():
    return LoraRecipe.model_validate(RECIPE)


def silent(done, total):
    """Progress for nobody."""
