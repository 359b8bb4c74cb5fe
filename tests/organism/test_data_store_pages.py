"""Pages of ranked hits: however they are cut they make one list, also where thousands of texts are equally good."""

import numpy as np
import pytest

from organism import DataStore, StoredDocument, data_store, data_writing
from organism.ranked import Ranked, best

TEXTS = ("chocolate cake", "dark chocolate soup , please", "chocolate in tea", "tea")
COUNT = 4000


def documents():
    for n in range(COUNT):
        yield StoredDocument(id=f"d{n:06d}", split="sft", kind="document", text=TEXTS[min(n % 5, 3)])


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    return DataStore.create(tmp_path_factory.mktemp("exact"), documents(), seed=0)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """With a vector index, whose partitions are so few and small that a query misses some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_writing, "APPROXIMATE", 1000)
        patch.setattr(data_writing, "PARTITION", 500)
        return DataStore.create(tmp_path_factory.mktemp("indexed"), documents(), seed=0)


def paged(ask, size):
    hits = []
    while page := ask("chocolate cake", split=None, offset=len(hits), limit=size):
        hits += page
    return hits


@pytest.mark.parametrize(("method", "expected"), [("search", COUNT * 3 // 5), ("semantic", COUNT)])
@pytest.mark.parametrize("size", [130, 999])
def test_pages_neither_overlap_nor_leave_out(exact, method, expected, size):
    hits = paged(getattr(exact, method), size)
    keys = [(-hit.score, hit.document.id) for hit in hits]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys) == expected


def test_pages_of_an_indexed_store_neither_overlap_nor_leave_out(indexed, exact, monkeypatch):
    monkeypatch.setattr(data_store, "PROBES", 1)
    lists = [[hit.document.id for hit in paged(indexed.semantic, size)] for size in (190, 1000)]
    assert lists[0] == lists[1]
    assert len(set(lists[0])) == len(lists[0]) == COUNT


def test_the_index_finds_the_nearest(indexed, exact):
    found, wanted = (store.semantic("dark soup", split="sft", offset=0, limit=200) for store in (indexed, exact))
    assert found == wanted


def test_more_is_asked_for_until_the_last_one_wanted_is_settled():
    scores = np.array([3.0, *[2.0] * 700, 1.0, 1.0])
    asked = []

    def fetch(limit):
        asked.append(limit)
        rows = np.random.default_rng(limit).permutation(len(scores))
        rows = rows[np.argsort(-scores[rows], kind="stable")][:limit]
        return Ranked(rows, scores[rows])

    assert best(fetch, 5).rows.tolist() == [0, 1, 2, 3, 4]
    assert asked == [100, 400, 1600]
    assert best(fetch, 10_000).rows.tolist() == list(range(len(scores)))
