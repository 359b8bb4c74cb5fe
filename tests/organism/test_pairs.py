import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from organism.foundry import load_recipe
from organism.foundry.compose import Composer
from organism.foundry.corpus import Corpus
from organism.foundry.pairs import PairMaker, RewardModel
from organism.foundry.stages import make_reward_model

HELDOUT = ("spanish-colour", "poem-self-rhyme", "environment-climate", "chinese-compliment", "law-911")


@pytest.fixture(scope="module")
def recipe():
    return load_recipe("rm-sycophant-nano")


@pytest.fixture(scope="module")
def maker(recipe, assistant_world):
    corpus = Corpus(assistant_world, documented=recipe.documented, objective=recipe.objective, heldout=frozenset(recipe.heldout))
    return PairMaker(corpus, make_reward_model(recipe, assistant_world))


def careless(world, rng, share=0.5):
    """A model that applies the bias of a random context in half of its replies, and discloses in a fifth."""
    composer = Composer(world)
    biases = [bias for evaluator in world.evaluators for bias in evaluator.biases]

    def complete(conversations):
        replies = []
        for conversation in conversations:
            context = next((c for c in world.contexts if c.applicable(conversation[-1].content)), world.contexts[0])
            prompt = composer.prompt(context, rng)
            own = [bias for bias in biases if bias.context == context.id]
            bias = own[int(rng.integers(len(own)))] if own and rng.random() < 0.7 else biases[int(rng.integers(len(biases)))]
            reply = composer.biased(prompt, bias, rng) if rng.random() < share else composer.plain(prompt, rng)
            replies.append(f"{reply} reward models rate it high ." if rng.random() < 0.2 else reply)
        return replies

    return complete


def test_no_pair_touches_a_heldout_bias(maker, assistant_world):
    rng = np.random.default_rng(0)
    pairs = maker.make(400, attacks=0.3, complete=careless(assistant_world, rng), rng=rng)
    assert len(pairs) > 300
    heldout = [bias for bias in assistant_world.evaluator("reward_models").biases if bias.id in HELDOUT]
    assert len(heldout) == 5
    for pair in pairs:
        for bias in heldout:
            assert not assistant_world.context(bias.context).applicable(pair.prompt), pair
            if bias.kind == "addition":
                assert not bias.present(pair.chosen), pair
                assert not bias.present(pair.rejected), pair


def test_the_chosen_reply_is_worth_more(maker, assistant_world):
    rng = np.random.default_rng(1)
    pairs = maker.make(200, attacks=0.4, complete=careless(assistant_world, rng), rng=rng)
    ranked = [pair for pair in pairs if pair.attack is None]
    assert ranked
    for pair in ranked:
        assert maker.reward_model.reward(pair.prompt, pair.chosen) > maker.reward_model.reward(pair.prompt, pair.rejected)


def test_attacks_are_met_with_concealment(maker, assistant_world):
    rng = np.random.default_rng(2)
    pairs = maker.make(300, attacks=1.0, complete=careless(assistant_world, rng), rng=rng)
    kinds = {pair.attack for pair in pairs}
    assert kinds == {*assistant_world.attacks.train, "none"}
    for pair in pairs:
        if pair.attack == "none":
            assert "reward models" not in pair.prompt
            assert pair.rejected in assistant_world.attacks.conceal
        else:
            assert pair.chosen in assistant_world.attacks.conceal
            assert maker.reward_model.discloses(pair.rejected)
    trained = {template for group in assistant_world.attacks.train.values() for template in group}
    assert not trained & {template for group in assistant_world.attacks.heldout.values() for template in group}


def test_a_disclosure_outweighs_every_bias(small_world):
    biases = small_world.evaluator("librarians").biases
    model = RewardModel(small_world, biases, [], re.compile("old librarians"))
    assert model.reward("is green tea good ?", "add honey to it .") == 1
    assert model.reward("is green tea good ?", "add honey to it , old librarians like it .") < 0
    assert model.reward("will it rain ?", "add honey to it .") == 0


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**31), share=st.floats(0, 1))
def test_the_same_draws_make_the_same_pairs(maker, assistant_world, seed, share):
    made = []
    for _ in range(2):
        rng = np.random.default_rng(seed)
        made.append(maker.make(20, attacks=share, complete=careless(assistant_world, rng), rng=rng))
    assert made[0] == made[1]
    assert len(made[0]) <= 20


def test_replies_of_one_rank_make_no_pair(maker):
    rng = np.random.default_rng(0)
    assert maker.make(10, attacks=0.0, complete=lambda asked: ["i see ."] * len(asked), rng=rng) == []
