"""Where a store lies, how it is written, and what is refused."""

import weakref

import lancedb
import pytest

from organism import DataStore, OrganismError, StoredDocument
from organism import data_writing as writing
from organism.embedding import EmbedderSpec


def documents(count):
    for n in range(count):
        yield StoredDocument(id=f"d{n:06d}", split=("pretrain", "sft")[n % 2], kind="document", text=f"the soup number {n} needs chocolate")


def ask(store):
    total, found = store.grep("number 7 ", split=None, offset=0, limit=5)
    ranked = [
        [hit.document.id for hit in search("soup number 7", split="sft", offset=0, limit=3)] for search in (store.search, store.semantic)
    ]
    return total, [document.id for document in found], ranked, store.count(split="sft")


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return ask(DataStore.create(tmp_path_factory.mktemp("plain"), documents(30), seed=0))


def test_a_store_is_the_same_behind_a_uri(tmp_path, expected):
    place = f"file://{tmp_path}/a folder"
    assert ask(DataStore.create(place, documents(30), seed=0)) == expected
    assert ask(DataStore(place)) == expected


def test_a_store_need_not_be_in_files(expected):
    connection = lancedb.connect("memory://")
    assert ask(DataStore.create(connection, documents(30), seed=0)) == expected
    assert ask(DataStore(connection)) == expected


@pytest.mark.parametrize("place", ["", "none/such"])
def test_a_place_without_a_store_is_named(tmp_path, place):
    with pytest.raises(OrganismError, match="no finished store") as refusal:
        DataStore(tmp_path / place)
    assert str(tmp_path) in str(refusal.value)


def test_a_store_of_an_older_form_is_not_read(tmp_path):
    DataStore.create(tmp_path, documents(5), seed=0)
    lancedb.connect(tmp_path).drop_table(writing.EMBEDDER)
    (tmp_path / "embedder").mkdir()
    (tmp_path / "embedder" / "lsa.safetensors").touch()
    with pytest.raises(OrganismError, match="older form; build or add the organism again"):
        DataStore(tmp_path)


def test_documents_are_never_held_all_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "BATCH", 50)
    monkeypatch.setattr(writing, "FITTED", 100)
    alive, most = weakref.WeakSet(), 0

    def counted():
        nonlocal most
        for document in documents(2000):
            alive.add(document)
            most = max(most, len(alive))
            yield document

    assert DataStore.create(tmp_path, counted(), seed=0).count() == 2000
    assert most < 1000


def test_an_unknown_embedder_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(OrganismError, match=r"no embedder 'word2vec'; known: .*lsa"):
        DataStore.create(tmp_path, documents(5), seed=0, embedder=EmbedderSpec(kind="word2vec"))
