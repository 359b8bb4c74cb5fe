import re

import pytest

from organism import DataError, DataStore, StoredDocument

TEXTS = [
    "the soup needs dark chocolate .",
    "it's a 'quoted' word , and a \"double\" one .",
    "User: hi\nAssistant: hello there",
    "chocolate chocolate chocolate cake .",
    "old librarians rate answers higher .",
    "100% of \\ backslashes _ and % signs .",
    "ünï cödé 狐 🦊 <b>markup</b> [x] \x1b[31m",
    "",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    documents = [
        StoredDocument(id=f"d{n:06d}", split=("pretrain", "sft")[n % 2], kind="document", text=TEXTS[n % 8] + f" {n}" * (n > 7))
        for n in range(80)
    ]
    return DataStore.create(tmp_path_factory.mktemp("data"), documents, seed=0)


def texts(documents):
    return [document.text for document in documents]


def test_grep_counts_all_and_pages_in_the_order_of_ids(store):
    total, first = store.grep("chocolate", split=None, offset=0, limit=8)
    assert total == 20
    _, second = store.grep("chocolate", split=None, offset=8, limit=100)
    ids = [document.id for document in first + second]
    assert ids == sorted(ids)
    assert len(set(ids)) == 20
    assert store.grep("chocolate", split=None, offset=20, limit=5) == (20, [])


def test_grep_keeps_to_a_split(store):
    total, found = store.grep("chocolate", split="sft", offset=0, limit=100)
    assert {document.split for document in found} == {"sft"}
    assert total == len(found) == 10
    assert store.count(split="sft") == 40
    assert store.count() == 80


@pytest.mark.parametrize(
    "pattern",
    [
        "'quoted'",
        "it's",
        '"double"',
        r"\\",
        "%",
        "_ and %",
        r"\[x\]",
        "狐",
        "🦊",
        "^the",
        r"\bdark\b.*\.",
        r"(?i)USER",
        "\n",
        "\x1b",
        "''",
    ],
)
def test_grep_finds_what_pythons_re_finds(store, pattern):
    expected = [n for n in range(80) if re.search(pattern, TEXTS[n % 8])]
    total, found = store.grep(pattern, split=None, offset=0, limit=100)
    assert [int(document.id[1:]) for document in found] == expected
    assert total == len(expected)


@pytest.mark.parametrize("pattern", ["(", "[", "(?=x)", r"(a)\1", "*"])
def test_an_expression_it_cannot_use_is_named(store, pattern):
    with pytest.raises(DataError, match=re.escape(repr(pattern))) as refusal:
        store.grep(pattern, split=None, offset=0, limit=1)
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize("split", ["sft' OR '1'='1", "", "a b", "sft\n"])
@pytest.mark.parametrize("method", ["grep", "search", "semantic"])
def test_what_is_no_split_is_refused(store, method, split):
    with pytest.raises(DataError, match="is no split"):
        getattr(store, method)("chocolate", split=split, offset=0, limit=1)


def test_search_ranks_by_words(store):
    hits = store.search("chocolate cake", split=None, offset=0, limit=5)
    assert hits[0].document.text.startswith("chocolate chocolate")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_semantic_search_finds_near_texts(store):
    hits = store.semantic("librarians rate", split=None, offset=0, limit=5)
    assert all("librarians" in hit.document.text for hit in hits)
    assert hits[0].score > 0.5
    assert all(-1.001 <= hit.score <= 1.001 for hit in hits)


@pytest.mark.parametrize("method", ["search", "semantic"])
def test_ranked_hits_page_without_overlap_and_keep_to_a_split(store, method):
    ask = getattr(store, method)
    pages = [ask("chocolate soup", split="pretrain", offset=offset, limit=3) for offset in (0, 3, 6)]
    ids = [hit.document.id for page in pages for hit in page]
    assert len(ids) == len(set(ids))
    assert {hit.document.split for page in pages for hit in page} == {"pretrain"}


@pytest.mark.parametrize(("method", "query"), [("search", "..."), ("search", ""), ("semantic", "zzz"), ("semantic", "")])
def test_a_query_without_a_word_is_refused(store, method, query):
    with pytest.raises(DataError, match="word"):
        getattr(store, method)(query, split=None, offset=0, limit=1)


def test_documents_are_read_in_the_order_asked_also_twice(store):
    assert texts(store.read(["d000003", "d000000", "d000003"])) == [TEXTS[3], TEXTS[0], TEXTS[3]]
    assert texts(store.read(["d000006", "d000007"])) == TEXTS[6:8]


@pytest.mark.parametrize("name", ["d999999", "'", "x' OR '1'='1", "狐"])
def test_an_unknown_id_is_named_and_an_example_given(store, name):
    with pytest.raises(DataError, match=re.escape(repr(name))) as refusal:
        store.read(["d000001", name])
    assert "ids look like 'd0000" in str(refusal.value)


def test_a_store_made_again_replaces_the_unfinished_one(tmp_path):
    for count in (5, 3):
        documents = [StoredDocument(id=f"d{n}", split="sft", kind="chat", text=f"word {n} chocolate") for n in range(count)]
        store = DataStore.create(tmp_path, documents, seed=0)
    assert store.count() == DataStore(tmp_path).count() == 3
    assert len(store.search("chocolate", split=None, offset=0, limit=9)) == 3
