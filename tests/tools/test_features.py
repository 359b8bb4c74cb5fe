import pytest

from tests.tools.conftest import HOSTILE

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
    assert (await use("top_features", text=TEXT, page=10**6))["features"] == []


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
