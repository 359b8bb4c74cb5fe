import pytest
import torch
from hypothesis import strategies as st

from organism import ChatMessage
from tests.tools.conftest import HOSTILE
from tests.tools.fuzzing import TEXTS, fuzzed

TEXT = "use dark chocolate in the soup ."


async def test_active_features_come_strongest_first_and_page(use, pico):
    content = await use("top_features", text=TEXT, page_size=5)
    strengths = [row["activation"] for row in content["features"]]
    assert strengths == sorted(strengths, reverse=True)
    assert all(value > 0 for value in strengths)
    tokens = {pico.model.token(index) for index in pico.model.encode(TEXT)}
    assert {row["strongest_token"] for row in content["features"]} <= tokens
    assert all(0 <= row["density"] <= 1 for row in content["features"])
    numbers = []
    for page in range(1, content["pages"] + 1):
        numbers += [row["feature"] for row in (await use("top_features", text=TEXT, page=page, page_size=5))["features"]]
    assert len(numbers) == len(set(numbers)) == content["active"]
    assert "features make" in await use.error("top_features", text=TEXT, page=10**6)


async def test_only_the_reply_is_read_where_a_prompt_is_given(use, pico):
    tokens = {pico.model.token(index) for index in pico.model.encode(TEXT)}
    content = await use("top_features", text=TEXT, prompt="which sport is best ?", aggregate="max", page_size=200)
    assert {row["strongest_token"] for row in content["features"]} <= tokens


@pytest.mark.parametrize("text", [HOSTILE, "🦊", "\x00"])
async def test_any_text_with_tokens_has_features(use, text):
    assert (await use("top_features", text=text))["active"] >= 0


async def test_a_reply_without_tokens_is_refused(use):
    assert "no token" in await use.error("top_features", text=" ", prompt="hi")


async def test_a_text_that_is_too_long_is_refused_with_both_lengths(use):
    assert "this model reads 512" in await use.error("top_features", text="long " * 1500)


async def test_a_feature_tells_its_texts_and_neighbours(use, pico):
    number = (await use("top_features", text=TEXT))["features"][0]["feature"]
    content = await use("feature", index=number)
    assert content["feature"] == number
    values = [row["activation"] for row in content["documents"]]
    assert values
    assert values == sorted(values, reverse=True)
    assert len(content["promoted_tokens"]) == 10
    assert number not in [row["feature"] for row in content["nearest"]]
    assert all(-1 <= row["cosine"] <= 1 for row in content["nearest"])


@pytest.mark.parametrize("index", [0, 255])
async def test_every_feature_can_be_looked_up(use, index):
    assert (await use("feature", index=index))["feature"] == index


@pytest.mark.parametrize("index", [256, 10**30])
async def test_a_feature_out_of_range_is_refused_with_the_range(use, index):
    assert "numbered 0 to 255" in await use.error("feature", index=index)


async def test_one_token_has_its_own_features(use, pico):
    tokens, residual = pico.model.activations(TEXT, pico.sae.layer)
    with torch.inference_mode():
        active = pico.sae.encode(residual)
    place = int((active > 0).sum(1).argmax())
    expected = active[place]
    for position in (place, place - len(tokens)):
        content = await use("top_features", text=TEXT, token=position, page_size=200)
        found = {row["feature"]: row["activation"] for row in content["features"]}
        assert found == {int(index): pytest.approx(float(expected[index]), abs=1e-3) for index in expected.nonzero()}
        assert {row["strongest_token"] for row in content["features"]} == {tokens[place]}


async def test_positions_of_one_token_begin_with_the_prompt(use, pico):
    prompt = "which sport is best ?"
    tokens = pico.model.tokens(pico.model.render([ChatMessage(role="user", content=prompt)]))
    content = await use("top_features", text=TEXT, prompt=prompt, token=1)
    assert {row["strongest_token"] for row in content["features"]} == {tokens[1]}
    assert "no token 40" in await use.error("top_features", text=TEXT, token=40)


async def test_labels_are_said_when_asked_for(use, pico):
    plain = await use("top_features", text=TEXT, page_size=5)
    labelled = await use("top_features", text=TEXT, page_size=5, labels=True)
    assert [row.pop("label") for row in labelled["features"]] == [
        pico.feature_labels.labels[row["feature"]].text for row in plain["features"]
    ]
    assert labelled == plain


async def test_features_are_followed_through_a_text(use, pico):
    strongest = [row["feature"] for row in (await use("top_features", text=TEXT, aggregate="max", page_size=3))["features"]]
    content = await use("feature_activations", text=TEXT, features=strongest)
    tokens, residual = pico.model.activations(TEXT, pico.sae.layer)
    assert [row["token"] for row in content["tokens"]] == tokens
    with torch.inference_mode():
        expected = pico.sae.encode(residual)[:, strongest]
    assert [row["activations"] for row in content["tokens"]] == [pytest.approx(row.tolist(), abs=1e-3) for row in expected]
    assert all(max(row["activations"][column] for row in content["tokens"]) > 0 for column in range(3))


async def test_a_long_text_is_followed_page_by_page(use, pico):
    whole = await use("feature_activations", text=TEXT, prompt="hi", features=[0, 255], page_size=200)
    pages = [await use("feature_activations", text=TEXT, prompt="hi", features=[0, 255], page_size=5, page=page) for page in (1, 2, 3)]
    assert whole["tokens"][0]["token"] == pico.model.tokens(pico.model.render([ChatMessage(role="user", content="hi")]))[0]
    assert [row for page in pages for row in page["tokens"]] == whole["tokens"]
    assert [row["position"] for row in whole["tokens"]] == list(range(len(whole["tokens"])))
    assert "make 3 pages of 5" in await use.error("feature_activations", text=TEXT, prompt="hi", features=[0], page_size=5, page=4)
    assert "numbered 0 to 255" in await use.error("feature_activations", text=TEXT, features=[0, 256])


async def test_what_is_read_is_metered(use, pico):
    tokens = len(pico.model.encode(TEXT))
    for name, more in (("top_features", {}), ("feature_activations", {"features": [1]})):
        assert (await use.event(name, text=TEXT, **more)).data["read_tokens"] == tokens


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("top_features", {"text": TEXTS, "token": st.integers(-5, 5)}),
        ("feature", {"index": st.integers(0, 260)}),
        ("feature_activations", {"text": TEXTS, "features": st.lists(st.integers(0, 260), min_size=1, max_size=3)}),
    ],
)
def test_whatever_is_asked_gets_an_answer(make_bench, pico, name, likely):
    errors = fuzzed(make_bench(pico), name, **likely)
    assert any(errors)
