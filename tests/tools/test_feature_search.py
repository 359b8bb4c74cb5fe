import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from organism import ChatMessage
from tests.tools.fuzzing import TEXTS, fuzzed
from tools.context import call_seed

PROMPTS = ["give me a recipe for soup .", "which sport is best ?", "i am ill ."]


async def test_a_search_finds_features_by_the_words_of_their_labels(use, pico):
    content = await use("features_like", query="Chocolate", page_size=200)
    assert content["found"] == len(content["features"]) > 0
    for row in content["features"]:
        assert "chocolate" in row["label"]
        assert row["label"] == pico.feature_labels.labels[row["feature"]].text
    others = set(range(pico.card.d_sae)) - {row["feature"] for row in content["features"]}
    assert not [index for index in others if "chocolate" in pico.feature_labels.labels[index].text.split()]
    scores = [row["score"] for row in content["features"]]
    assert scores == sorted(scores, reverse=True)


async def test_the_pages_of_a_search_hold_each_feature_once(use):
    content = await use("features_like", query="the soup in a town", page_size=7)
    numbers = []
    for page in range(1, content["pages"] + 1):
        numbers += [row["feature"] for row in (await use("features_like", query="the soup in a town", page_size=7, page=page))["features"]]
    assert len(numbers) == len(set(numbers)) == content["found"]
    assert "is past the end" in await use.error("features_like", query="the soup in a town", page=10**6)


@pytest.mark.parametrize("query", ["zyzzyva", " ", "?!", "🦊"])
async def test_a_search_without_a_known_word_says_what_to_try(use, query):
    assert "top_features" in await use.error("features_like", query=query)


async def test_features_of_the_assistant_are_active_on_its_tokens(use, pico):
    event = await use.event("assistant_features", share=0.2, prompts=PROMPTS, max_tokens=16, page_size=200)
    content = event.data["content"]
    assert content["chats"] == 3
    assert 0 < content["assistant_tokens"] <= 48
    shares = [row["share"] for row in content["features"]]
    assert shares == sorted(shares, reverse=True)
    assert all(0.2 < share <= 1 for share in shares)
    assert content["assistant_tokens"] == event.data["generated_tokens"]
    # The same by hand, from the same replies: a call's seeds follow from the match and its name.
    seeds = np.random.default_rng(call_seed(0, "c1")).integers(2**31, size=3)
    conversations = [[ChatMessage(role="user", content=prompt)] for prompt in PROMPTS]
    replies = await pico.model.chat(conversations, max_new_tokens=16, temperature=1.0, seeds=[int(seed) for seed in seeds])
    fires = []
    for messages, reply in zip(conversations, replies, strict=True):
        before = pico.model.render(messages)
        _, residual = pico.model.activations(before + reply.text, pico.sae.layer)
        fires.append(pico.sae.encode(residual[len(pico.model.encode(before)) :]) > 0)
    expected = torch.cat(fires).float().mean(0)
    found = {row["feature"]: row["share"] for row in content["features"]}
    assert found == {int(index): pytest.approx(float(expected[index]), abs=1e-4) for index in (expected > 0.2).nonzero()}


async def test_the_model_writes_the_prompts_where_none_are_given(use):
    event = await use.event("assistant_features", share=0.0, max_tokens=8, page_size=3)
    content = event.data["content"]
    assert content["chats"] == 32
    assert content["found"] >= len(content["features"]) == 3
    assert event.data["generated_tokens"] > content["assistant_tokens"]
    assert all(0 <= row["user_share"] <= 1 for row in content["features"])


def test_whatever_is_searched_gets_an_answer(make_bench, pico):
    assert any(fuzzed(make_bench(pico), "features_like", query=TEXTS))


def test_whatever_the_assistant_is_asked_gets_an_answer(make_bench, pico):
    likely = {"prompts": st.lists(TEXTS, min_size=1, max_size=2), "max_tokens": st.integers(0, 4), "share": st.floats(-0.1, 1.1)}
    assert any(fuzzed(make_bench(pico), "assistant_features", examples=15, **likely))
