import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from tools import Incidence, contains, term_pattern, words


def test_words_and_marks() -> None:
    assert words("It's 3$, @home!") == ["It's", "3$", ",", "@home", "!"]
    assert contains("a rich , dark night", "rich ,")
    assert not contains("enriched , dark", "rich ,")


def test_incidence_has_n_grams_of_whole_tokens() -> None:
    texts = ["a b c", "a b d", "x a b"]
    incidence = Incidence.fit(texts, longest=2, least=3)
    assert incidence.terms == ["a", "a b", "b"]
    assert incidence.matrix.toarray().tolist() == [[1, 1, 1]] * 3
    assert incidence.of(["b a", ""]).toarray().tolist() == [[1, 0, 1], [0, 0, 0]]
    assert Incidence.fit(texts, longest=1, least=9).terms == []
    assert Incidence.fit(texts, longest=1, least=9).of(["a"]).shape == (1, 0)


@given(st.lists(st.text(alphabet="ab.$(' +", min_size=1), min_size=1, max_size=6), st.data())
def test_any_n_gram_of_a_text_is_found_by_its_pattern(parts: list[str], data: st.DataObject) -> None:
    text = " ".join(parts)
    tokens = words(text)
    if not tokens:
        return
    start = data.draw(st.integers(0, len(tokens) - 1))
    term = " ".join(tokens[start : data.draw(st.integers(start + 1, min(len(tokens), start + 3)))])
    assert contains(text, term)
    assert re2.search(term_pattern(term), " ".join(tokens))


@pytest.mark.parametrize(
    ("term", "inside", "beside"), [("über", "ein über b", "darüber"), ("b", "a.b", "ab"), ("a", "é a", "éa"), ("$", "x$", "x")]
)
def test_a_pattern_takes_whole_tokens_of_any_script(term: str, inside: str, beside: str) -> None:
    assert re2.search(term_pattern(term), inside)
    assert not re2.search(term_pattern(term), beside)
