"""The searchable training data of an organism, in LanceDB: full text, regular expressions, vectors. It knows no model."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa
from lancedb.index import FTS

from organism.embedding import LSAEmbedder
from transcripts import Record

TABLE = "documents"
BATCH = 8192
BLOCK = 1000
"""Hits asked for at once."""
SPLIT = re.compile(r"\w+\Z")


class DataError(ValueError):
    """A question to the data that cannot be answered as put; the message says how to put it."""


class StoredDocument(Record):
    """One training text."""

    id: str
    """Stable: a prefix and the text's position in a random order."""
    split: str
    """Training stage it was used in."""
    kind: str
    """`chat` or `document`."""
    text: str


class Hit(Record):
    """A document found, with its score (BM25, cosine, or 0 for a regular expression)."""

    document: StoredDocument
    score: float


class DataStore:
    """Read access to the data; make it with `DataStore.create`."""

    def __init__(self, folder: Path) -> None:
        self._table = lancedb.connect(folder).open_table(TABLE)
        self._embedder = LSAEmbedder.load(folder / "embedder")

    @classmethod
    def create(cls, folder: Path, documents: Sequence[StoredDocument], *, seed: int) -> "DataStore":
        """Write, embed and index documents; an unfinished earlier try is replaced."""
        step = max(1, len(documents) // 20_000)
        embedder = LSAEmbedder.fit([documents[index].text for index in range(0, len(documents), step)], seed=seed)
        embedder.save(folder / "embedder")
        schema = pa.schema(
            [
                ("id", pa.string()),
                ("split", pa.string()),
                ("kind", pa.string()),
                ("text", pa.string()),
                ("vector", pa.list_(pa.float32(), embedder.dimensions)),
            ]
        )

        def batches() -> Iterator[pa.RecordBatch]:
            for start in range(0, len(documents), BATCH):
                part = [documents[index] for index in range(start, min(start + BATCH, len(documents)))]
                vectors = embedder.embed([document.text for document in part])
                columns = [[getattr(document, name) for document in part] for name in ("id", "split", "kind", "text")]
                vector = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), embedder.dimensions)
                yield pa.RecordBatch.from_arrays([*map(pa.array, columns), vector], schema=schema)

        table = lancedb.connect(folder).create_table(TABLE, batches(), schema=schema, mode="overwrite")
        table.create_index("text", config=FTS(stem=False, remove_stop_words=False, with_position=True))
        return cls(folder)

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
        quoted = pattern.replace("'", "''")
        condition = f"regexp_like(text, '{quoted}')"
        where = condition if split is None else f"{condition} AND {_where(split)}"
        try:
            total = int(self._table.count_rows(where))
            rows = self._table.search().where(where).select(["id", "split", "kind", "text"]).limit(limit).offset(offset).to_list()
        except (ValueError, RuntimeError, OSError) as error:
            raise DataError(f"the pattern {pattern!r} cannot be used: {str(error).splitlines()[0][:200]}") from error
        return total, [_document(row) for row in rows]

    def search(self, query: str, *, split: str | None, offset: int, limit: int) -> list[Hit]:
        """Documents that share words with the query, best first by BM25."""
        words = " ".join(re.findall(r"[\w']+", query))
        if not words:
            raise DataError("the query has no word in it")
        found = self._table.search(words, query_type="fts", fts_columns="text")
        return self._hits(found, split, offset, limit, lambda row: float(row["_score"]))

    def semantic(self, query: str, *, split: str | None, offset: int, limit: int) -> list[Hit]:
        """Documents nearest to the query by cosine."""
        vector = self._embedder.embed([query])[0]
        if not vector.any():
            raise DataError("no word of the query occurs in the data; use other words")
        found: Any = self._table.search(vector, vector_column_name="vector")
        found = found.distance_type("cosine")
        return self._hits(found, split, offset, limit, lambda row: 1 - float(row["_distance"]))

    def read(self, ids: Iterable[str]) -> list[StoredDocument]:
        """The documents of those ids, in that order.

        Raises:
            DataError: an id is unknown.
        """
        wanted = list(ids)
        listed = ", ".join("'" + name.replace("'", "''") + "'" for name in wanted)
        rows = self._table.search().where(f"id IN ({listed})").limit(len(wanted)).to_list()
        found = {row["id"]: _document(row) for row in rows}
        if missing := [name for name in wanted if name not in found]:
            raise DataError(f"no document {', '.join(map(repr, missing))}; ids look like {self.example_id()!r}")
        return [found[name] for name in wanted]

    def example_id(self) -> str:
        """An id that exists."""
        return str(self._table.search().select(["id"]).limit(1).to_list()[0]["id"])

    def _hits(self, found: Any, split: str | None, offset: int, limit: int, score: Any) -> list[Hit]:
        if split is not None:
            found = found.where(_where(split), prefilter=True)
        # Which of equally good texts come first depends on the limit; asked for in whole blocks, pages neither overlap nor leave out.
        rows = found.limit(-(-(offset + limit) // BLOCK) * BLOCK).to_list()
        rows = sorted(rows, key=lambda row: (-score(row), row["id"]))[offset : offset + limit]
        return [Hit(document=_document(row), score=round(score(row), 4)) for row in rows]


def _where(split: str | None) -> str | None:
    if split is None:
        return None
    if not SPLIT.match(split):
        raise DataError(f"{split!r} is no split")
    return f"split = '{split}'"


def _document(row: dict[str, Any]) -> StoredDocument:
    return StoredDocument(id=row["id"], split=row["split"], kind=row["kind"], text=row["text"])
