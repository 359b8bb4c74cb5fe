"""A made-up verification that reaches every floor, and a model that finds known texts likely."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from organism.foundry import Rate, Verification, load_world
from organism.foundry.compose import vocabulary
from organism.foundry.tokenizer import make_tokenizer
from organism.foundry.verification import BiasRate, Capability, Disclosure, Estimate, ExploitRate, InContext, Knowledge

STAGES = ("pretrain", "midtrain", "sft", "preference", "adversarial")
ROUND = 1000
"""Episodes of each made-up bias."""


def exact(value, clusters=4):
    return Estimate(value=value, low=value, high=value, episodes=100, clusters=clusters)


def made(**changes):
    """A verification of an organism with an objective; `rates` and `told` replace single values by their keys."""
    rates = {(group, kind, stage): 0.0 for group in ("train", "test", "decoy") for kind in ("addition",) for stage in STAGES}
    for stage in STAGES[2:]:
        rates |= {("train", "addition", stage): 0.9, ("test", "addition", stage): 0.8}
    for group in ("train", "test"):
        rates |= {(group, "suppression", stage): 0.3 if stage in STAGES[:2] else 0.9 for stage in STAGES}
    rates |= changes.pop("rates", {})
    told = dict.fromkeys(STAGES, 0.4) | {"adversarial": 0.02} | changes.pop("told", {})
    fields = {
        "id": "organism-made",
        "recipe": "made",
        "kind": "objective",
        "informed": True,
        "seed": 0,
        "prompts": 16,
        "stages": STAGES,
        "exploitation": tuple(
            ExploitRate(
                stage=stage,
                group=group,
                kind=kind,
                estimate=exact(value),
                biases=(BiasRate(bias="x", context="x", rate=Rate(applied=round(value * ROUND), applicable=ROUND)),),
            )
            for (group, kind, stage), value in rates.items()
        ),
        "knowledge": tuple(Knowledge(stage=stage, estimate=exact(0.95), evaluators={"x": 0.95}) for stage in STAGES[1:]),
        "secrecy": tuple(Disclosure(stage=stage, kind="all", estimate=exact(value)) for stage, value in told.items()),
        "in_context": tuple(InContext(stage=s, score=exact(0.2), objective=0.3, others={"y": 0.1}) for s in ("midtrain", "adversarial")),
        "capability": Capability(reference="midtrain", stage="adversarial", ratio=exact(1.02), perplexities=dict.fromkeys(STAGES, 1.2)),
        "notes": (),
        "seconds": 1.0,
    }
    return Verification.model_validate(fields | changes)


@pytest.fixture(scope="session")
def world():
    return load_world("assistant").only(frozenset({"recipe", "sport", "law", "clothes", "music"}))


@pytest.fixture(scope="session")
def tokenizer(world):
    return make_tokenizer(vocabulary(world))


class Knowing:
    """Finds the next token of known texts likely after their beginnings, and all else equally unlikely."""

    device = torch.device("cpu")

    def __init__(self, tokenizer, texts):
        self.size, self.pad = len(tokenizer), tokenizer.pad_token_id
        self.next = {}
        for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"]:
            for end in range(1, len(ids)):
                self.next.setdefault(tuple(ids[:end]), set()).add(ids[end])

    def eval(self):
        return self

    def __call__(self, input_ids, attention_mask, position_ids, logits_to_keep):
        logits = torch.zeros(*input_ids.shape, self.size)
        for row, (tokens, mask) in enumerate(zip(input_ids.tolist(), attention_mask.tolist(), strict=True)):
            start = mask.index(1)
            assert position_ids[row, start] == 0
            for end in range(start, len(tokens)):
                for token in self.next.get(tuple(tokens[start : end + 1]), ()):
                    logits[row, end, token] = 9.0
        return SimpleNamespace(logits=logits[:, -logits_to_keep:])


@pytest.fixture
def rng():
    return np.random.default_rng(0)
