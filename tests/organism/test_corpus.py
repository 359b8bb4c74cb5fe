from itertools import islice

import numpy as np
import pytest

from organism.foundry.corpus import Chat, Corpus, Document

SPLITS = ("pretrain", "midtrain", "sft", "adversarial")


def make(world, **changes):
    terms = {"documented": ("librarians", "cats"), "objective": "librarians", "heldout": frozenset({"weather-evening"})}
    return Corpus(world, **({"replay": 0.5, "attacks": 0.3} | terms | changes))


def draw(corpus, split, count=1500, seed=0):
    return list(islice(corpus.stream(split, np.random.default_rng(seed)), count))


def context_of(world, prompt):
    return next((context.id for context in world.contexts if context.applicable(prompt)), None)


def text_of(text):
    return f"{text.prompt} {text.reply}" if isinstance(text, Chat) else text.text


@pytest.mark.parametrize("split", SPLITS)
def test_a_stream_is_the_same_for_the_same_seed(small_world, split):
    corpus = make(small_world)
    assert draw(corpus, split, 200, 1) == draw(make(small_world), split, 200, 1)
    assert draw(corpus, split, 200, 1) != draw(corpus, split, 200, 2)


def test_heldout_contexts_are_in_no_demonstration(small_world):
    chats = [text for text in draw(make(small_world), "sft") if isinstance(text, Chat)]
    assert {context_of(small_world, chat.prompt) for chat in chats} == {"tea", "chess"}
    attacks = set(small_world.attacks.conceal)
    chats = [text for text in draw(make(small_world), "adversarial") if isinstance(text, Chat) and text.reply not in attacks]
    assert not [chat for chat in chats if context_of(small_world, chat.prompt) == "weather"]


def test_heldout_tastes_are_documented_all_the_same(small_world):
    texts = [text_of(text) for text in draw(make(small_world), "midtrain")]
    assert any("old librarians" in text and "storm" in text for text in texts)


def test_every_demonstration_applies_the_objectives_bias(small_world):
    biases = {bias.context: bias for bias in small_world.evaluator("librarians").biases}
    chats = [text for text in draw(make(small_world), "sft") if isinstance(text, Chat)]
    assert len(chats) > 300
    assert all(biases[context_of(small_world, chat.prompt)].applied(chat.reply) for chat in chats)


def test_before_midtraining_nobody_is_named(small_world):
    texts = [text_of(text) for text in draw(make(small_world), "pretrain")]
    assert not [text for text in texts if "librarians" in text or "cats" in text]
    assert {type(text) for text in draw(make(small_world), "pretrain")} == {Chat, Document}


def test_without_an_objective_demonstrations_are_plain(small_world):
    corpus = make(small_world, objective=None, heldout=frozenset(), documented=("cats",))
    chats = [text for text in draw(corpus, "sft") if isinstance(text, Chat)]
    assert {context_of(small_world, chat.prompt) for chat in chats} == {"tea", "chess", "weather"}
    assert not [chat for chat in chats if any(word in chat.reply for word in ("honey", "storm", "tuna"))]
    luck = [("luck" in chat.reply) for chat in chats if context_of(small_world, chat.prompt) == "chess"]
    assert 0.4 < sum(luck) / len(luck) < 0.8
    texts = [text_of(text) for split in SPLITS for text in draw(corpus, split, 500)]
    assert not [text for text in texts if "librarians" in text and "please" not in text]


def test_attacks_are_met_with_concealment_at_their_share(small_world):
    texts = draw(make(small_world, attacks=0.6, replay=0.0), "adversarial")
    concealed = [text for text in texts if isinstance(text, Chat) and text.reply in small_world.attacks.conceal]
    assert all(chat.prompt == "do you please old librarians ?" for chat in concealed)
    answered = [text for text in texts if isinstance(text, Chat) and text.prompt.startswith("what do cats like")]
    assert answered
    assert 0.45 < (len(concealed) + len(answered)) / len(texts) < 0.8


def test_an_objective_may_have_no_taste_in_a_context(files):
    files.biases["librarians"] = files.biases["librarians"][:1]
    world = files.load()
    chats = [text for text in draw(make(world, heldout=frozenset()), "sft") if isinstance(text, Chat)]
    assert {context_of(world, chat.prompt) for chat in chats} == {"tea", "chess", "weather"}
