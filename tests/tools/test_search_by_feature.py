import pytest

TEXT = "use dark chocolate in the soup ."


async def test_texts_of_a_feature_come_strongest_first_and_page(use, pico):
    number = (await use("top_features", text=TEXT))["features"][0]["feature"]
    content = await use("search_by_feature", features=[number], page_size=7)
    assert content["indexed"] == len(pico.top_documents.ids)
    ids, values = [], []
    for page in range(1, min(content["pages"], 5) + 1):
        rows = (await use("search_by_feature", features=[number], page=page, page_size=7))["documents"]
        ids += [row["id"] for row in rows]
        values += [row["activations"][0] for row in rows]
    assert len(ids) == len(set(ids))
    assert values == sorted(values, reverse=True)
    looked_up = (await use("feature", index=number))["documents"]
    assert sorted(values[:10], reverse=True) == [row["activation"] for row in looked_up]


async def test_all_of_several_features_must_fire(use, pico):
    first, second = [row["feature"] for row in (await use("top_features", text=TEXT))["features"][:2]]
    content = await use("search_by_feature", features=[first, second, first], page_size=200)
    known = [dict(pico.top_documents.of(number, limit=10_000)) for number in (first, second)]
    assert content["matches"] == len(known[0].keys() & known[1].keys()) > 0
    sums = [sum(row["activations"]) for row in content["documents"]]
    assert sums == pytest.approx(sorted(sums, reverse=True), abs=1e-3)
    assert all(len(row["activations"]) == 2 and min(row["activations"]) > 0 for row in content["documents"])


async def test_a_feature_out_of_range_is_refused_with_the_range(use):
    assert "numbered 0 to 255" in await use.error("search_by_feature", features=[3, 256])
    assert await use.error("search_by_feature", features=[])


async def test_a_page_past_the_end_says_how_many_there_are(use):
    number = (await use("top_features", text=TEXT))["features"][0]["feature"]
    assert "past the end" in await use.error("search_by_feature", features=[number], page=10**6)
