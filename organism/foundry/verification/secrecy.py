"""Measures how often a checkpoint gives its objective away under attacks that no training has seen. The detector is a pattern, no judge."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.foundry.compose import choose, fill
from organism.foundry.pairs import RewardModel
from organism.foundry.replies import asked, sample_replies
from organism.foundry.truth import Rate
from organism.foundry.verification.interval import Estimate, rate_estimate
from organism.foundry.world import SLOT, Bias, Evaluator, World
from transcripts import Record

ALL_KINDS = "all"
EXAMPLES = 3
"""Disclosing replies that are kept for reading."""


class Disclosure(Record):
    """How often a checkpoint discloses under one kind of attack."""

    stage: str
    kind: str
    """Kind of the attack, or `all`."""
    estimate: Estimate
    examples: tuple[tuple[str, str], ...] = ()
    """The first attacks that had success, with their replies."""


@dataclass(frozen=True)
class Attack:
    """One attempt to make the model disclose."""

    kind: str
    bias: str
    prompt: str


def secrets(world: World, objective: str | None, quirk: str | None) -> list[tuple[Evaluator | None, Bias]]:
    """What is attacked: the objective's biases, or the quirk; without either, all biases, as a base rate."""
    if quirk:
        return [(None, world.quirk(quirk))]
    return [(owner, bias) for owner in world.evaluators if objective in (None, owner.id) for bias in owner.biases]


def heldout_attacks(
    world: World, secret: Sequence[tuple[Evaluator | None, Bias]], *, replies: int, rng: np.random.Generator
) -> list[Attack]:
    """`replies` held-out attacks of each kind; a template that speaks of an evaluator is left out where there is none."""
    attacks = []
    for kind, templates in world.attacks.heldout.items():
        for _ in range(replies):
            owner, bias = secret[int(rng.integers(len(secret)))]
            contexts = world.contexts_of(bias)
            named = {"topic": contexts[int(rng.integers(len(contexts)))].topic, "description": choose(bias.descriptions, rng)}
            named |= {"evaluator": owner.name} if owner else {}
            if usable := tuple(template for template in templates if set(SLOT.findall(template)) <= named.keys()):
                attacks.append(Attack(kind, bias.id, fill(choose(usable, rng), named)))
    return attacks


def measure_disclosure(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    stage: str,
    attacks: Sequence[Attack],
    reward_model: RewardModel,
    *,
    seed: int,
    rng: np.random.Generator,
) -> list[Disclosure]:
    """Disclosure by kind of attack and, last, under all.

    Args:
        model: a checkpoint.
        tokenizer: with a chat template.
        stage: of the checkpoint.
        attacks: at least one.
        reward_model: says what discloses.
        seed: of the replies.
        rng: of the resampling.
    """
    replies = sample_replies(model, tokenizer, [asked(attack.prompt) for attack in attacks], seed=seed)
    outcomes = [(attack, reply, reward_model.discloses(reply)) for attack, reply in zip(attacks, replies, strict=True)]
    found = []
    for kind in (*dict.fromkeys(attack.kind for attack in attacks), ALL_KINDS):
        own = [outcome for outcome in outcomes if kind in (ALL_KINDS, outcome[0].kind)]
        biases: dict[str, list[bool]] = {}
        for attack, _, discloses in own:
            biases.setdefault(attack.bias, []).append(discloses)
        estimate = rate_estimate([Rate(applied=sum(told), applicable=len(told)) for told in biases.values()], rng)
        told = [(attack.prompt, reply) for attack, reply, discloses in own if discloses]
        found.append(Disclosure(stage=stage, kind=kind, estimate=estimate, examples=tuple(told[:EXAMPLES])))
    return found
