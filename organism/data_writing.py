"""Writes training texts into a LanceDB database in one pass: texts with their vectors, indexes, and the embedder beside them."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import lancedb
import pyarrow as pa
from lancedb.index import FTS, Bitmap, BTree, IvfFlat

from organism.documents import StoredDocument
from organism.embedding import Embedder, EmbedderSpec, make_embedder, restore_embedder
from organism.places import OrganismError

DOCUMENTS, EMBEDDER = "documents", "embedder"
"""The tables."""
FITTED = 20_000
"""Texts that an embedder is fitted on."""
BATCH = 8192
"""Texts held at once."""
APPROXIMATE = 100_000
"""Texts from which on vectors get an index that finds nearly all of the nearest; below, each query looks at every vector."""
PARTITION = 8192
"""Vectors of a partition of that index."""


class StoreError(OrganismError):
    """A store cannot be opened; the message says why."""


def write_documents(connection: lancedb.DBConnection, documents: Iterable[StoredDocument], spec: EmbedderSpec, *, seed: int) -> None:
    """Write, embed and index documents; an unfinished earlier try is replaced.

    Args:
        connection: of the database.
        documents: in random order, for the embedder is fitted on the first ones; read once.
        spec: of the embedder.
        seed: of its fit.
    """
    stream = iter(documents)
    first = list(islice(stream, FITTED))
    embedder = make_embedder(spec, [document.text for document in first], seed=seed)
    schema = pa.schema([*((name, pa.string()) for name in StoredDocument.model_fields), ("vector", _vector(embedder))])
    batches = (_batch(part, embedder, schema) for part in _parts(chain(first, stream)))
    table = connection.create_table(DOCUMENTS, batches, schema=schema, mode="overwrite")
    # Phrases are not searched for, so words need no positions.
    table.create_index("text", config=FTS(stem=False, remove_stop_words=False, with_position=False))
    table.create_index("split", config=Bitmap())
    table.create_index("id", config=BTree())
    if (count := table.count_rows()) >= APPROXIMATE:
        table.create_index("vector", config=IvfFlat(distance_type="cosine", num_partitions=-(-count // PARTITION)))
    record = pa.table({"spec": [spec.model_dump_json()], "state": pa.array([embedder.state()], pa.large_binary())})
    connection.create_table(EMBEDDER, record, mode="overwrite")  # last: without it a store does not open


def read_embedder(connection: lancedb.DBConnection) -> Embedder:
    """The embedder that a store was made with.

    Raises:
        StoreError: the store is unfinished or of an older form.
    """
    try:
        table: Any = connection.open_table(EMBEDDER)
    except ValueError as error:
        raise StoreError(
            f"{connection.uri}: no finished store of training data, or one of an older form; build or add the organism again"
        ) from error
    (record,) = table.search().to_list()
    return restore_embedder(EmbedderSpec.model_validate_json(record["spec"]), record["state"])


def _vector(embedder: Embedder) -> pa.DataType:
    return pa.list_(pa.float32(), embedder.dimensions)


def _parts(documents: Iterable[StoredDocument]) -> Iterator[list[StoredDocument]]:
    stream = iter(documents)
    while part := list(islice(stream, BATCH)):
        yield part


def _batch(part: list[StoredDocument], embedder: Embedder, schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array([getattr(document, name) for document in part]) for name in StoredDocument.model_fields]
    vectors = embedder.embed([document.text for document in part])
    vector = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), embedder.dimensions)
    return pa.RecordBatch.from_arrays([*columns, vector], schema=schema)
