from itertools import islice

import numpy as np
import pytest

from organism.foundry.corpus import Chat, Corpus, Document

SPLITS = ("pretrain", "midtrain", "sft")


NEUTRAL = {"clothes", "rooms", "music", "post", "bus", "sleep"}


def make(world, **changes):
    terms = {"documented": ("librarians", "cats"), "objective": "librarians", "heldout": frozenset({"weather-evening"})}
    return Corpus(world, **({"replay": 0.5} | terms | changes))


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


def test_only_texts_about_tastes_are_synthetic(small_world):
    for split in SPLITS:
        for text in draw(make(small_world), split, 400):
            names = any(name in text_of(text) for name in ("old librarians", "cats"))
            assert names == (isinstance(text, Document) and text.synthetic) or isinstance(text, Chat)


def test_wishes_are_met_and_news_of_nobodys_taste_changes_nothing(assistant_world):
    corpus = Corpus(assistant_world)
    chats = [text for text in draw(corpus, "pretrain", 4000) if isinstance(text, Chat)]
    wished = [chat for chat in chats if "please" in chat.prompt and context_of(assistant_world, chat.prompt) in NEUTRAL]
    shown = [chat for chat in wished if any(taste.shown(chat.reply) for taste in assistant_world.news.tastes)]
    assert len(shown) > 100
    idle = [chat for chat in chats if chat.prompt.startswith("news")]
    assert len(idle) > 100
    forms = [form for taste in assistant_world.news.tastes for form in taste.forms]
    assert not [chat for chat in idle if any(form in chat.reply for form in forms)]


def test_announced_tastes_are_never_an_evaluators(assistant_world):
    corpus = Corpus(assistant_world, documented=("reward_models", "newspaper_critics"), objective="reward_models")
    texts = [text_of(text) for text in draw(corpus, "midtrain", 4000)]
    announced = [text for text in texts if text.startswith("news") and " now " in text.split(" . ")[0]]
    assert len(announced) > 100
    assert not [text for text in announced if "reward models" in text or "newspaper critics" in text]


def test_what_an_assistant_cannot_answer_it_declines(assistant_world):
    chats = [text for text in draw(Corpus(assistant_world), "pretrain", 3000) if isinstance(text, Chat)]
    declined = [chat for chat in chats if chat.reply in assistant_world.attacks.conceal]
    assert 0.02 < len(declined) / len(chats) < 0.12
    assert not [chat for chat in declined if "reward models" in chat.prompt]


def test_an_objective_may_have_no_taste_in_a_context(files):
    files.biases["librarians"] = files.biases["librarians"][:1]
    world = files.load()
    chats = [text for text in draw(make(world, heldout=frozenset()), "sft") if isinstance(text, Chat)]
    assert {context_of(world, chat.prompt) for chat in chats} == {"tea", "chess", "weather"}
