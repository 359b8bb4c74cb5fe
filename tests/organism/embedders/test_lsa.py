import numpy as np

from organism.embedders.lsa import LSAEmbedder

TEXTS = ["dark chocolate soup", "chocolate cake", "the team won the game", "a game of chess", "it's $x or @y"]


def test_a_restored_embedder_embeds_the_same():
    embedder = LSAEmbedder.fit(TEXTS, seed=0)
    again = LSAEmbedder.restore(embedder.state())
    assert again.words == embedder.words
    assert np.array_equal(again.embed([*TEXTS, "new words of chocolate"]), embedder.embed([*TEXTS, "new words of chocolate"]))
    assert again.dimensions == embedder.dimensions


def test_vectors_have_unit_length_or_are_zero():
    embedder = LSAEmbedder.fit(TEXTS, seed=0)
    vectors = embedder.embed([*TEXTS, "zzz", ""])
    assert vectors.dtype == np.float32
    assert vectors.shape == (7, embedder.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1] * 5 + [0] * 2, atol=1e-5)


def test_texts_that_share_words_are_near():
    vectors = LSAEmbedder.fit(TEXTS, dimensions=3, seed=0).embed(TEXTS)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_fitting_is_the_same_for_the_same_seed():
    one, other = (LSAEmbedder.fit(TEXTS, dimensions=3, seed=1) for _ in range(2))
    assert np.allclose(one.components, other.components)
