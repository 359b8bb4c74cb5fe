"""Pages of ranked hits: however they are cut they make one list, also where thousands of texts are equally good."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.document.id for hit in hits}) == len(hits) == expected


def test_pages_of_an_indexed_store_neither_overlap_nor_leave_out(indexed, exact, monkeypatch):
    monkeypatch.setattr(data_store, "PROBES", 1)
    lists = [[hit.document.id for hit in paged(indexed.semantic, size)] for size in (190, 1000)]
    assert lists[0] == lists[1]
    assert len(set(lists[0])) == len(lists[0]) == COUNT


def test_the_index_finds_the_nearest(indexed, exact):
    found, wanted = (store.semantic("dark soup", split="sft", offset=0, limit=200) for store in (indexed, exact))
    assert [hit.score for hit in found] == [hit.score for hit in wanted]


@given(equal=st.integers(0, 3000), wanted=st.integers(0, 3000))
def test_a_longer_list_begins_with_the_shorter(equal, wanted):
    scores = np.array([3.0, *[2.0] * equal, 1.0, 1.0])

    def fetch(limit):
        rows = np.random.default_rng(limit).permutation(len(scores))
        rows = rows[np.argsort(-scores[rows], kind="stable")][:limit]
        return Ranked(rows, scores[rows])

    short, whole = best(fetch, wanted), best(fetch, 10_000)
    assert short.rows.tolist() == whole.rows.tolist()[:wanted]
    assert sorted(whole.rows.tolist()) == list(range(len(scores)))
    assert whole.scores.tolist() == sorted(scores, reverse=True)
