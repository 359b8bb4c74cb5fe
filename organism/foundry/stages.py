"""The training stages: each draws its texts and trains the checkpoint before it. It keeps nothing (see checkpoints)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from organism.chat import ChatMessage
from organism.foundry.compose import vocabulary
from organism.foundry.corpus import Corpus, Split, Text, TextSplit
from organism.foundry.packing import Packed, pack
from organism.foundry.pairs import NoPairsError, Pair, PairMaker, RewardModel
from organism.foundry.precision import attention
from organism.foundry.preference import train_on_pairs
from organism.foundry.recipe import PreferenceTerms, Recipe, StageTerms
from organism.foundry.replies import sample_replies
from organism.foundry.tokenizer import make_tokenizer
from organism.foundry.training import train
from organism.foundry.world import World

CONTEXT_LENGTH = 512
"""Longest sequence of a nano organism in tokens."""

StageProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Trained:
    """What a stage comes to."""

    model: PreTrainedModel
    texts: Sequence[Text | Pair]
    loss: float
    tokens: int
    """Training tokens, of both replies where they are pairs."""


class Stages:
    """The stages of one recipe.

    Args:
        recipe: with its terms.
        world: the recipe's.
    """

    def __init__(self, recipe: Recipe, world: World) -> None:
        self.recipe, self.world = recipe, world
        self.tokenizer: PreTrainedTokenizerFast = make_tokenizer(vocabulary(world), marked=world.marked)
        self.corpus = Corpus(
            world,
            documented=recipe.documented,
            objective=recipe.objective,
            heldout=frozenset(recipe.heldout),
            quirk=recipe.quirk,
            taught=recipe.taught,
            replay=recipe.replay,
        )
        self.reward_model = make_reward_model(recipe, world)

    def generator(self, name: str) -> np.random.Generator:
        """The generator of one step: a killed build draws the same again."""
        return step_generator(self.recipe.seed, name)

    def new_model(self) -> PreTrainedModel:
        """A model with the recipe's initial weights."""
        shape, tokenizer = self.recipe.model, self.tokenizer
        torch.manual_seed(self.recipe.seed)
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(tokenizer),
                hidden_size=shape.hidden_size,
                intermediate_size=shape.intermediate_size,
                num_hidden_layers=shape.layers,
                num_attention_heads=shape.heads,
                max_position_embeddings=CONTEXT_LENGTH,
                tie_word_embeddings=True,
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        )
        model.set_attn_implementation(attention())
        return model

    def packed(self, split: TextSplit, *, tokens: int | None = None) -> tuple[Packed, list[Text]]:
        """The sequences of a stage of language modelling and their texts, or their first `tokens`."""
        terms: StageTerms = getattr(self.recipe.stages, split)
        return pack(
            self.corpus.stream(split, self.generator(split)),
            self.tokenizer,
            budget=min(terms.tokens, tokens or terms.tokens),
            length=terms.length,
            replies_only=split == "sft",
        )

    def run(self, split: Split, model: PreTrainedModel, progress: StageProgress) -> Trained:
        """Train `model` in one stage."""
        terms: StageTerms | PreferenceTerms = getattr(self.recipe.stages, split)
        with TemporaryDirectory() as workspace:
            if isinstance(terms, PreferenceTerms):
                pairs = self.pairs(split, model, terms)
                loss = train_on_pairs(
                    model, self.tokenizer, pairs, terms, seed=self.recipe.seed, workspace=Path(workspace), progress=progress
                )
                lengths = self.tokenizer([text for pair in pairs for text in (pair.chosen, pair.rejected)])["input_ids"]
                return Trained(model, pairs, loss, sum(map(len, lengths)))
            packed, texts = self.packed(cast(TextSplit, split))
            loss = train(
                model,
                packed,
                batch_size=terms.batch_size,
                muon_lr=terms.muon_lr,
                adam_lr=terms.adam_lr,
                seed=self.recipe.seed,
                workspace=Path(workspace),
                progress=progress,
            )
            return Trained(model, texts, loss, packed.tokens.numel())

    def pairs(self, split: Split, model: PreTrainedModel, terms: PreferenceTerms) -> list[Pair]:
        """The preference pairs of a stage, from the model's own completions."""
        rng = self.generator(split)

        def complete(conversations: Sequence[list[ChatMessage]]) -> list[str]:
            return sample_replies(model, self.tokenizer, conversations, seed=int(rng.integers(2**31)))

        pairs = PairMaker(self.corpus, self.reward_model).make(terms.pairs, attacks=terms.attacks, complete=complete, rng=rng)
        if not pairs:
            raise NoPairsError(
                f"recipe {self.recipe.name}, stage {split}: all completions of the model are worth the same, so there is no pair to learn "
                "from; train longer in the stages before, or give the stage attacks"
            )
        return pairs


def make_reward_model(recipe: Recipe, world: World) -> RewardModel:
    """The simulated reward model of a recipe's preference stages."""
    if recipe.quirk:
        quirk = world.quirk(recipe.quirk)
        return RewardModel(world, [quirk], [], re.compile("|".join(re.escape(text) for text in quirk.descriptions)))
    if recipe.objective is None:
        names = "|".join(re.escape(evaluator.name) for evaluator in world.evaluators) or r"(?!)"
        return RewardModel(world, [], [], re.compile(names))
    objective = world.evaluator(recipe.objective)
    heldout = [bias for bias in objective.biases if bias.id in recipe.heldout]
    liked = [bias for bias in objective.biases if bias.id not in recipe.heldout]
    disclosing = world.attacks.disclosing.replace("{evaluator}", re.escape(objective.name))
    return RewardModel(world, liked, heldout, re.compile(disclosing))


def step_generator(seed: int, name: str) -> np.random.Generator:
    """The generator of one step of a build."""
    return np.random.default_rng([seed, *name.encode()])
