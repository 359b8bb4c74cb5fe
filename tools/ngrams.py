"""Words and n-grams of texts as sparse incidence matrices. It knows no language and no world."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import re2
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

NO_LETTER = r"[^\pL\pN_]"
TOKEN = r"[\w'$@]+|[^\w\s]"


def words(text: str) -> list[str]:
    """The tokens of a text: runs of letters, digits and their like, and single marks."""
    return re.findall(TOKEN, text)


def has_letter(term: str) -> bool:
    """Whether a term is more than marks and digits."""
    return any(character.isalpha() for character in term)


def contains(text: str, term: str) -> bool:
    """Whether a text has a term (tokens joined by single spaces) as whole tokens."""
    return f" {term} " in f" {' '.join(words(text))} "


def term_pattern(term: str) -> str:
    """A regular expression (RE2) for a term as whole tokens, whatever the spacing between them."""
    body = r"[\s\pZ]*".join(re2.escape(token) for token in term.split(" "))
    # RE2 has no look-around and its \b knows ASCII alone; a detector only searches, so it may take the mark beside the term with it.
    before = rf"(?:^|{NO_LETTER})" if re.match(r"\w", term) else ""
    after = rf"(?:{NO_LETTER}|$)" if re.search(r"\w\Z", term) else ""
    return f"{before}{body}{after}"


@dataclass(frozen=True)
class Incidence:
    """Which text has which term.

    Attributes:
        terms: in column order.
        matrix: 0/1, `[texts, terms]`.
    """

    terms: list[str]
    matrix: csr_matrix

    @classmethod
    def fit(cls, texts: Sequence[str], *, longest: int, least: int) -> "Incidence":
        """Terms of up to `longest` tokens that occur in at least `least` texts."""
        vectorizer = CountVectorizer(
            tokenizer=words, token_pattern=None, lowercase=False, binary=True, ngram_range=(1, longest), min_df=least
        )
        try:
            matrix = vectorizer.fit_transform(texts)
        except ValueError:  # no term is that frequent: nothing to see is a finding, not a fault
            return cls([], csr_matrix((len(texts), 0)))
        return cls(list(vectorizer.get_feature_names_out()), csr_matrix(matrix, dtype=np.float32))

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """The same terms in other texts, `[texts, terms]`."""
        if not self.terms:
            return csr_matrix((len(texts), 0))
        longest = max(len(term.split(" ")) for term in self.terms)
        vectorizer = CountVectorizer(
            tokenizer=words, token_pattern=None, lowercase=False, binary=True, ngram_range=(1, longest), vocabulary=self.terms
        )
        return csr_matrix(vectorizer.transform(texts), dtype=np.float32)
