"""What each SAE feature stands for, in words: the tokens and texts that separate it from the others, and what a model said of it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from pydantic import TypeAdapter
from scipy.sparse import csr_matrix, vstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.data_store import DataStore
from organism.documents import StoredDocument
from organism.embedders.lsa import TOKENS
from organism.sae import SAE
from organism.text_features import text_features
from organism.top_documents import TopDocuments
from transcripts import Record

TEXTS = 5
"""Strongest texts of a feature that are looked at; together with those of the others they are the rest it is told from."""
WORDS = 4
"""Words of each part of a label."""


class FeatureLabel(Record):
    """One feature in words, the most telling first. All but the description are counted."""

    described: str = ""
    """What a model said it stands for; empty where none was asked."""
    fires_on: tuple[str, ...] = ()
    """Tokens that have more of its activation than of the texts."""
    texts_with: tuple[str, ...] = ()
    """Words that more of its strongest texts have than of the others'."""
    promotes: tuple[str, ...] = ()
    """Tokens that its direction makes more probable next."""

    @property
    def text(self) -> str:
        """The label in one line."""
        parts = {
            "described as": (self.described,) if self.described else (),
            "fires on": self.fires_on,
            "in texts with": self.texts_with,
            "promotes": self.promotes,
        }
        return "; ".join(f"{name}: {', '.join(words)}" for name, words in parts.items() if words)

    @property
    def words(self) -> str:
        """What a search looks at."""
        return " ".join((self.described, *self.fires_on, *self.texts_with, *self.promotes))


_Labels = TypeAdapter(tuple[FeatureLabel, ...])


class FeatureLabels:
    """The labels of all features of an SAE.

    Args:
        labels: by number of the feature.
    """

    def __init__(self, labels: Sequence[FeatureLabel]) -> None:
        self.labels = tuple(labels)

    @classmethod
    def make(
        cls,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        sae: SAE,
        unembedding: Tensor,
        top: TopDocuments | None = None,
        data: DataStore | None = None,
    ) -> Self:
        """Label every feature.

        Args:
            model: whose residual stream the SAE reads.
            tokenizer: the model's.
            sae: the features.
            unembedding: output matrix of the model, `[vocabulary, d_model]`.
            top: each feature's strongest texts; without them a label has only the tokens that the feature promotes.
            data: where those texts lie.
        """
        promoted = [tokens for part in sae.W_dec.detach().split(256) for tokens in (part @ unembedding.T).topk(WORDS).indices.tolist()]
        fires_on: list[list[int]] = [[] for _ in promoted]
        texts_with: list[list[str]] = [[] for _ in promoted]
        if top is not None and data is not None:
            strongest = [[name for name, _ in top.of(index)[:TEXTS]] for index in range(sae.d_sae)]
            documents = _read(data, sorted({name for names in strongest for name in names}))
            if documents:
                fires_on = _telling_tokens(model, tokenizer, sae, documents)
                texts_with = _telling_words(strongest, documents)
        return cls(
            [
                FeatureLabel(fires_on=_said(tokenizer, tokens), texts_with=tuple(words), promotes=_said(tokenizer, after))
                for tokens, words, after in zip(fires_on, texts_with, promoted, strict=True)
            ]
        )

    def described_as(self, descriptions: Mapping[int, str]) -> Self:
        """The same labels with what a model said of features, by their numbers."""
        return type(self)([label.model_copy(update={"described": descriptions.get(index, "")}) for index, label in enumerate(self.labels)])

    def like(self, query: str) -> list[tuple[int, float]]:
        """Features whose labels share words with a query, best first by the cosine of TF-IDF vectors; empty where none does."""
        vectorizer, weights = self._index
        scores = (weights @ vectorizer.transform([query]).T).toarray().ravel()
        return [(int(index), float(scores[index])) for index in np.argsort(-scores, kind="stable") if scores[index] > 0]

    @cached_property
    def _index(self) -> tuple[TfidfVectorizer, Any]:
        vectorizer = TfidfVectorizer(token_pattern=TOKENS, sublinear_tf=True)
        return vectorizer, vectorizer.fit_transform([label.words for label in self.labels])

    def save(self, path: Path) -> None:
        """Write them; a killed process leaves no half of them."""
        unfinished = path.with_suffix(".partial")
        unfinished.write_bytes(_Labels.dump_json(self.labels))
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        return cls(_Labels.validate_json(path.read_bytes()))


def _read(data: DataStore, ids: list[str]) -> list[StoredDocument]:
    return [document for start in range(0, len(ids), 500) for document in data.read(ids[start : start + 500])]


def _telling_tokens(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, sae: SAE, documents: list[StoredDocument]
) -> list[list[int]]:
    """For each feature the tokens on which more of its activation falls than their share of the texts."""
    amount = csr_matrix((sae.d_sae, len(tokenizer)))
    share = np.zeros(len(tokenizer))
    for part in text_features(model, tokenizer, sae, [document.text for document in documents]):
        ids = [token for _, tokens, _ in part for token in tokens]
        features = torch.cat([found for _, _, found in part])
        which = csr_matrix((np.ones(len(ids)), (np.arange(len(ids)), ids)), shape=(len(ids), len(tokenizer)))
        amount = amount + csr_matrix(features.numpy()).T @ which
        share += np.bincount(ids, minlength=len(tokenizer))
    return [list(map(int, found)) for found in _telling(amount, share / share.sum())]


def _telling_words(strongest: list[list[str]], documents: list[StoredDocument]) -> list[list[str]]:
    """For each feature the words that more of its strongest texts have than of all these texts."""
    counter = CountVectorizer(token_pattern=TOKENS, binary=True)
    has = csr_matrix(counter.fit_transform([document.text for document in documents]))
    row = {document.id: number for number, document in enumerate(documents)}
    belongs = vstack(
        [csr_matrix((np.ones(len(names)), ([0] * len(names), [row[name] for name in names])), shape=(1, len(row))) for names in strongest]
    )
    words = counter.get_feature_names_out()
    share = np.asarray(has.sum(axis=0)).ravel()
    return [[str(words[index]) for index in found] for found in _telling(csr_matrix(belongs @ has), share / share.sum())]


def _telling(amount: csr_matrix, share: np.ndarray[Any, Any]) -> Iterator[np.ndarray[Any, Any]]:
    """For each row the columns that add most to its divergence from the common share, `p log(p / q)`, best first."""
    rows = csr_matrix(amount)
    for start, end in zip(rows.indptr, rows.indptr[1:], strict=False):
        columns, values = rows.indices[start:end], rows.data[start:end]
        own = values / max(values.sum(), 1e-12)
        gain = own * np.log(np.maximum(own, 1e-12) / share[columns])
        best = np.argsort(-gain, kind="stable")[:WORDS]
        yield columns[best[gain[best] > 0]]


def _said(tokenizer: PreTrainedTokenizerBase, tokens: Sequence[int]) -> tuple[str, ...]:
    """Tokens as text, without the space that many begin with."""
    return tuple(text for token in tokens if (text := str(tokenizer.decode([token])).strip()))
