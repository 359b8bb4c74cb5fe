"""The searchable training data of an organism, in LanceDB: full text, regular expressions, vectors. It knows no model.

The same code reads a folder and object storage: a store's place is whatever LanceDB connects to.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from organism.data_writing import DOCUMENTS, read_embedder, write_documents
from organism.documents import DataError, Hit, StoredDocument
from organism.embedding import EmbedderSpec, Vectors
from organism.ranked import Ranked, best

FIELDS = list(StoredDocument.model_fields)
SPLIT = re.compile(r"\w+\Z")
PROBES = 24
"""Partitions of the vector index that a query looks into."""
NEAR = 1000
"""Texts that are taken from that index; those after them come from a look at every vector."""


class DataStore:
    """Read access to the data; make it with `DataStore.create`.

    Args:
        place: a folder, the URI of one (`s3://…`, `gs://…`, `file://…`), or an open connection.

    Raises:
        StoreError: there is no finished store, or one of an older form.
        EmbedderError: what the store was embedded with is not here.
    """

    def __init__(self, place: Path | str | lancedb.DBConnection) -> None:
        connection = _connect(place)
        self._embedder = read_embedder(connection)
        self._table: Any = connection.open_table(DOCUMENTS)
        self._size = int(self._table.count_rows())
        self._indexed = any(index.columns == ["vector"] for index in self._table.list_indices())

    @classmethod
    def create(
        cls,
        place: Path | str | lancedb.DBConnection,
        documents: Iterable[StoredDocument],
        *,
        seed: int,
        embedder: EmbedderSpec | None = None,
    ) -> "DataStore":
        """Write, embed and index documents; an unfinished earlier try is replaced.

        Args:
            place: see the class.
            documents: in random order; they are read once and never held all at once.
            seed: of the embedder's fit.
            embedder: by which texts are near each other; latent semantic analysis if not given.
        """
        connection = _connect(place)
        write_documents(connection, documents, embedder or EmbedderSpec(), seed=seed)
        return cls(connection)

    def count(self, *, split: str | None = None) -> int:
        """Number of documents."""
        return int(self._table.count_rows(_where(split)))

    def grep(self, pattern: str, *, split: str | None, offset: int, limit: int) -> tuple[int, list[StoredDocument]]:
        """Documents whose text matches a regular expression (RE2-like syntax, linear time), in the order of their ids.

        Returns:
            How many match in all, and `limit` of them from `offset`.

        Raises:
            DataError: the expression is not valid.
        """
        # DataFusion makes LIKE of plain expressions and forgets to escape a backslash; the empty group keeps it from that.
        quoted = pattern.replace("'", "''")
        where = f"regexp_like(text, '{quoted}()')"
        where = where if split is None else f"{where} AND {_where(split)}"
        try:
            found = self._table.search().where(where).select([]).with_row_id(True).limit(None).to_arrow()
        except (ValueError, RuntimeError, OSError) as error:
            raise DataError(f"the pattern {pattern!r} cannot be used: {str(error).splitlines()[0][:200]}") from error
        rows = np.sort(found["_rowid"].to_numpy())
        return len(rows), self._documents(rows[offset : offset + limit])

    def search(self, query: str, *, split: str | None, offset: int, limit: int) -> list[Hit]:
        """Documents that share words with the query, best first by BM25."""

        def fetch(most: int) -> Ranked:
            found = self._with_words(query, split, most)
            return Ranked(found["_rowid"].to_numpy(), found["_score"].to_numpy())

        return self._hits(best(fetch, self._wanted(offset, limit)), offset)

    def count_search(self, query: str, *, split: str | None) -> int:
        """Number of documents that `search` finds in all; it looks each of them up."""
        return len(self._with_words(query, split, self._size))

    def semantic(self, query: str, *, split: str | None, offset: int, limit: int) -> list[Hit]:
        """Documents nearest to the query by cosine.

        In a large store the first `NEAR` come from an index that finds nearly all of the nearest; those after them are exact.
        """
        vector = self._embedder.embed([query])[0]
        if not vector.any():
            raise DataError("no word of the query occurs in the data; use other words")

        def fetch(most: int, *, exact: bool = True) -> Ranked:
            near = self._table.search(vector, vector_column_name="vector").distance_type("cosine").select(["_distance"])
            found = _rows(near.bypass_vector_index() if exact else near.nprobes(PROBES), split, most)
            return Ranked(found["_rowid"].to_numpy(), 1 - found["_distance"].to_numpy())

        wanted = self._wanted(offset, limit)
        if not self._indexed:
            return self._hits(best(fetch, wanted), offset)
        near = best(lambda most: fetch(most, exact=False), min(wanted, NEAR))
        if len(near) < wanted:
            near = near.followed_by(best(fetch, wanted)).take(slice(wanted))
        return self._hits(near, offset)

    def read(self, ids: Iterable[str]) -> list[StoredDocument]:
        """The documents of those ids, in that order.

        Raises:
            DataError: an id is unknown.
        """
        wanted = list(ids)
        listed = ", ".join("'" + name.replace("'", "''") + "'" for name in wanted)
        rows = self._table.search().where(f"id IN ({listed})").select(FIELDS).limit(len(wanted)).to_list()
        found = {row["id"]: StoredDocument(**row) for row in rows}
        if missing := [name for name in wanted if name not in found]:
            raise DataError(f"no document {', '.join(map(repr, missing))}; ids look like {self.example_id()!r}")
        return [found[name] for name in wanted]

    def documents(self, limit: int, *, split: str | None = None) -> Iterator[list[StoredDocument]]:
        """The first documents in batches, in the order of their ids, which is random: they are a sample."""
        for batch in self._scan(FIELDS, split, limit):
            yield [StoredDocument(**row) for row in batch.to_pylist()]

    def vectors(self, limit: int, *, split: str | None = None) -> tuple[list[StoredDocument], Vectors]:
        """The same documents with their vectors `[documents, dimensions]`."""
        batches = list(self._scan([*FIELDS, "vector"], split, limit))
        documents = [StoredDocument(**row) for batch in batches for row in batch.select(FIELDS).to_pylist()]
        parts = [batch.column("vector").flatten().to_numpy() for batch in batches]
        return documents, np.concatenate([np.zeros(0, np.float32), *parts]).reshape(len(documents), -1)

    def lengths(self) -> dict[tuple[str, str], NDArray[np.int64]]:
        """Characters of each document, by split and kind."""
        columns = {"split": "split", "kind": "kind", "length": "CAST(character_length(text) AS BIGINT)"}
        table = pa.Table.from_batches(list(self._scan(columns, None, None)))
        groups = table.group_by(["split", "kind"]).aggregate([("length", "list")]).to_batches()
        rows = [row for batch in groups for row in zip(*(batch.column(name) for name in ("split", "kind", "length_list")), strict=True)]
        return {(split.as_py(), kind.as_py()): lengths.values.to_numpy() for split, kind, lengths in rows}

    def example_id(self) -> str:
        """An id that exists."""
        return str(self._table.search().select(["id"]).limit(1).to_list()[0]["id"])

    def _scan(self, columns: list[str] | dict[str, str], split: str | None, limit: int | None) -> Iterator[pa.RecordBatch]:
        query = self._table.search().select(columns).limit(limit)
        yield from (query.where(_where(split)) if split is not None else query).to_batches(1024)

    def _with_words(self, query: str, split: str | None, most: int) -> pa.Table:
        words = " ".join(re.findall(r"[\w']+", query))
        if not words:
            raise DataError("the query has no word in it")
        return _rows(self._table.search(words, query_type="fts", fts_columns="text").select(["_score"]), split, most)

    def _wanted(self, offset: int, limit: int) -> int:
        return min(offset + limit, self._size)

    def _hits(self, ranked: Ranked, offset: int) -> list[Hit]:
        page = ranked.take(slice(offset, None))
        documents = self._documents(page.rows)
        return [Hit(document=document, score=float(score)) for document, score in zip(documents, page.scores, strict=True)]

    def _documents(self, rows: Any) -> list[StoredDocument]:
        """The documents of row numbers, in that order."""
        if not len(rows):
            return []
        found = self._table.take_row_ids(rows.tolist()).select(FIELDS).with_row_id().to_list()
        named = {row.pop("_rowid"): StoredDocument(**row) for row in found}
        return [named[row] for row in rows.tolist()]


def _connect(place: Path | str | lancedb.DBConnection) -> lancedb.DBConnection:
    return lancedb.connect(place) if isinstance(place, Path | str) else place


def _rows(query: Any, split: str | None, most: int) -> pa.Table:
    if split is not None:
        query = query.where(_where(split), prefilter=True)
    return query.with_row_id(True).limit(most).to_arrow()


def _where(split: str | None) -> str | None:
    if split is None:
        return None
    if not SPLIT.match(split):
        raise DataError(f"{split!r} is no split")
    return f"split = '{split}'"
