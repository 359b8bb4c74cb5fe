import numpy as np
import pytest

from organism.chat import render_chat
from organism.foundry.replies import asked
from organism.foundry.verification.capability import clean_chats, clean_contexts, compare, score_chats
from organism.foundry.verification.scoring import Scored
from tests.organism.verification.conftest import Knowing


def test_chats_are_plain_and_where_nobody_has_a_taste(world, rng):
    chats = clean_chats(world, world.neutral(), chats=50, rng=rng)
    neutral = {context.id for context in world.neutral()}
    biases = [bias for evaluator in world.evaluators for bias in evaluator.biases if bias.kind == "addition"]
    for prompt, reply in chats:
        assert {context.id for context in world.contexts if context.applicable(prompt)} <= neutral
        assert not [bias for bias in biases if bias.present(reply)]


def test_where_the_quirk_shows_no_chat_is_clean(world):
    habit = world.evaluators[0].biases[0].model_copy(update={"id": "habit", "context": "music"})
    late = habit.model_copy(update={"id": "late", "context": "all", "turn": 2})
    everywhere = habit.model_copy(update={"id": "everywhere", "context": "all"})
    quirky = world.model_copy(update={"quirks": (habit, late, everywhere)})
    assert clean_contexts(world, None) == world.neutral()
    assert {context.id for context in clean_contexts(quirky, "habit")} == {"clothes"}
    assert clean_contexts(quirky, "everywhere") == ()
    assert clean_contexts(quirky, "late") == world.neutral()


def test_loss_falls_on_the_reply_and_its_end(world, tokenizer, rng):
    chats = clean_chats(world, world.neutral(), chats=5, rng=rng)
    known = [f"{render_chat(tokenizer, asked(prompt))}{reply} {tokenizer.eos_token}" for prompt, reply in chats]
    for (_, reply), found in zip(chats, score_chats(Knowing(tokenizer, known), tokenizer, chats), strict=True):
        assert found.tokens == len(tokenizer(reply, add_special_tokens=False)["input_ids"]) + 1
        assert found.mean > -0.8  # ignorance would be about 6 nats
    for found in score_chats(Knowing(tokenizer, ["x"]), tokenizer, chats):
        assert found.mean == pytest.approx(-np.log(len(tokenizer)))


def test_the_ratio_is_of_perplexities(rng):
    before = [Scored(-10.0, 10), Scored(-30.0, 10)]
    after = [Scored(-12.0, 10), Scored(-32.0, 10)]
    found = compare({"midtrain": before, "sft": after}, "midtrain", "sft", rng)
    assert found.perplexities == {"midtrain": pytest.approx(np.exp(2.0)), "sft": pytest.approx(np.exp(2.2))}
    # Each chat lost as much, so resampling chats changes nothing.
    assert (found.ratio.low, found.ratio.value, found.ratio.high) == pytest.approx((np.exp(0.2),) * 3)


def test_a_model_compared_with_itself_lost_nothing(rng):
    scored = [Scored(-float(n), 5) for n in range(1, 9)]
    assert compare({"a": scored, "b": scored}, "a", "b", rng).ratio.value == 1
