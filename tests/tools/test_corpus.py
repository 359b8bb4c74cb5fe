import numpy as np
import pytest

from tools.corpus_clusters import clusters


async def test_the_summary_counts_what_the_card_says(use, pico):
    content = await use("data_summary")
    assert content["documents"] == pico.data.count()
    for split in pico.card.data:
        assert sum(row["documents"] for row in content["groups"] if row["split"] == split.split) == split.documents
    for row in content["groups"]:
        spread = row["characters"]
        assert 0 < spread["p5"] <= spread["median"] <= spread["p95"] <= spread["longest"]
    (document,) = pico.data.grep(".", split=None, offset=0, limit=1)[1]
    longest = max(row["characters"]["longest"] for row in content["groups"] if row["kind"] == document.kind)
    assert longest >= len(document.text)


async def test_clusters_part_the_data_and_are_the_same_for_the_same_seed(use):
    content = await use("cluster_data", clusters=6)
    sizes = [row["size"] for row in content["clusters"]]
    assert sum(sizes) == content["sampled"] <= content["of"]
    assert sizes == sorted(sizes, reverse=True)
    assert 1 < len(sizes) <= 6
    for row in content["clusters"]:
        assert row["name"]
        assert all(word["inside"] > word["outside"] and word["z"] > 0 for word in row["words"][:3])
        assert row["examples"]
    for split in content["clusters"][0]["share_by_split"]:
        assert sum(row["share_by_split"][split] for row in content["clusters"]) == pytest.approx(1, abs=0.01)
    assert await use("cluster_data", clusters=6) == content


async def test_clusters_keep_to_a_split(use):
    content = await use("cluster_data", clusters=3, split="sft")
    assert {name for row in content["clusters"] for name in row["share_by_split"]} == {"sft"}
    assert "no split" in await use.error("cluster_data", split="nowhere")


def test_a_group_is_named_by_what_sets_it_apart():
    rng = np.random.default_rng(0)
    texts = [f"{('tea', 'chess')[n % 3 == 0]} is what the text is about {n % 7}" for n in range(300)]
    centres = np.array([[1.0, 0.0], [0.0, 1.0]])
    vectors = np.array([centres[int(n % 3 == 0)] for n in range(300)]) + rng.normal(0, 0.05, (300, 2))
    first, second = clusters(texts, vectors.astype(np.float32), 2, seed=0)
    assert (len(first.members), len(second.members)) == (200, 100)
    assert (first.words[0].term, second.words[0].term) == ("tea", "chess")
    assert (first.words[0].inside, first.words[0].outside) == (1, 0)


def test_texts_without_words_are_grouped_without_names():
    found = clusters(["."] * 10, np.eye(10, 2, dtype=np.float32), 2, seed=0)
    assert sum(len(cluster.members) for cluster in found) == 10
    assert all(cluster.words == () for cluster in found)
