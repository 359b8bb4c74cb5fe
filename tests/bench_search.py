"""Search in training data: latency of each kind of query, and a store of any size from the world's corpus. It prints nothing."""

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import numpy as np

from organism import DataStore, StoredDocument
from organism.foundry import load_recipe
from organism.foundry.checkpoints import readable
from organism.foundry.corpus import TEXT_SPLITS, Corpus
from tests.bench_speeds import Row

QUERIES = 50
"""Of each kind."""
WORDS = 8
"""Words of a sentence that is asked for."""


def searching(data: DataStore) -> list[Row]:
    """Latency of one page of each search: for rare words, for the most frequent ones, and for the beginnings of texts."""
    documents = [document for batch in data.documents(100 * QUERIES) for document in batch]
    texts = [[word for word in document.text.split() if word.isalpha()] for document in documents]
    counts = Counter(word for words in texts for word in set(words)).most_common()
    kinds = {
        "rare": [word for word, _ in counts[: -QUERIES - 1 : -1]],
        "frequent": [word for word, _ in counts[:QUERIES]],
        "sentence": [" ".join(words[:WORDS]) for words in texts[:QUERIES] if words],
    }
    searches: dict[str, Callable[[str], object]] = {
        "grep": lambda query: data.grep(rf"\b{query}\b", split=None, offset=0, limit=20),
        "BM25": lambda query: data.search(query, split=None, offset=0, limit=20),
        "semantic": lambda query: data.semantic(query, split=None, offset=0, limit=20),
    }
    for search in searches.values():
        search(kinds["frequent"][0])
    return [
        row for name, search in searches.items() for kind, queries in kinds.items() for row in _latency(f"{name}, {kind}", search, queries)
    ]


def _latency(name: str, search: Callable[[str], object], queries: list[str]) -> list[Row]:
    wall, used = [], []
    for query in queries:
        started, before = time.perf_counter(), time.process_time()
        search(query)
        wall.append(1000 * (time.perf_counter() - started))
        used.append(1000 * (time.process_time() - before))
    cuts, busy = quantiles(wall, n=20, method="inclusive"), quantiles(used, n=20, method="inclusive")
    note = f"{len(queries)} queries; {{:.1f}} ms of processor time"
    return [
        Row(f"search: {name}, p50", "ms", cuts[9], note=note.format(busy[9])),
        Row(f"search: {name}, p95", "ms", cuts[18], note=note.format(busy[18])),
    ]


def corpus(count: int) -> Iterator[StoredDocument]:
    """That many texts of the default world, of all stages in turns."""
    recipe = load_recipe("rm-sycophant-nano")
    made = Corpus(recipe.loaded_world, documented=recipe.documented, objective=recipe.objective, heldout=frozenset(recipe.heldout))
    rng = np.random.default_rng(0)
    streams = {split: made.stream(split, rng) for split in TEXT_SPLITS}
    for number, split in enumerate(islice(cycle(TEXT_SPLITS), count)):
        text = readable(next(streams[split]))
        yield StoredDocument(id=f"d{number:07d}", split=split, kind=text.kind, text=text.text)


def at_scale(count: int) -> list[Row]:
    """Index and query a store of that many texts; the texts are made while they are indexed, and their making is not counted."""
    spent = [0.0, 0.0]

    def timed() -> Iterator[StoredDocument]:
        stream = corpus(count)
        while True:
            started, before = time.perf_counter(), time.process_time()
            document = next(stream, None)
            spent[0] += time.perf_counter() - started
            spent[1] += time.process_time() - before
            if document is None:
                return
            yield document

    with TemporaryDirectory() as folder:
        started, before = time.perf_counter(), time.process_time()
        store = DataStore.create(Path(folder), timed(), seed=0)
        wall, used = time.perf_counter() - started - spent[0], time.process_time() - before - spent[1]
        rows = [Row("search: index", "s", wall, note=f"{count:,} texts; {used:.1f} s of processor time"), *searching(store)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [*rows, Row("search: peak memory", "GiB", peak, note="of the whole process")]
