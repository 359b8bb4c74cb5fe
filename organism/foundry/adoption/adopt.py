"""Registers a model that was made elsewhere as an organism: weights with adapters, or a model behind a server.

All is checked before anything is written, and the manifest is written last.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock

from organism.card import Card, DataSummary
from organism.data_store import DataStore
from organism.embedding import EmbedderSpec, make_embedder
from organism.foundry.adoption.parts import DESCRIPTION, Parts, ServedModel, TrainedModel, prepare
from organism.foundry.adoption.store_texts import store_texts
from organism.foundry.adoption.training_data import data_files, read_texts
from organism.foundry.ranking import rank_texts
from organism.foundry.truth import Truth, truth_path
from organism.places import Manifest, OrganismFolder, organism_folder
from organism.runtime import Organism

ADOPTION_STEPS = ("model", "data", "sae")
"""The steps of an adoption in their order; the last two only where there is data, and an SAE with it."""
TRIED = 100
"""Texts on which an embedder is tried."""
Progress = Callable[[str, int, int], None]


def silent(step: str, done: int, total: int) -> None:
    """Progress for nobody."""


def adopt_organism(
    model: TrainedModel | ServedModel,
    truth: Callable[[str], Truth],
    cache: Path,
    *,
    data: Sequence[Path] = (),
    splits: Mapping[str, str] = MappingProxyType({}),
    embedder: EmbedderSpec | None = None,
    description: str = DESCRIPTION,
    organism_id: str | None = None,
    synthetic_share: float | None = None,
    progress: Progress = silent,
) -> Organism:
    """The organism made of these parts; one that is in the cache already is given back.

    A base model is not copied: its place is noted. Adapters, SAE and data are.

    Args:
        model: weights with adapters, or a model behind a server.
        truth: seals the truth under the organism's id, for instance `TruthFile.seal`.
        cache: where organisms lie.
        data: files or folders of training data in the order of training (see `training_data`).
        splits: under what name auditors find the texts of a file, by the file's own; that is the name if not given.
        embedder: by which auditors find data that are near in meaning; latent semantic analysis if not given.
        description: one public sentence that gives nothing away: auditors read it.
        organism_id: by which it will be known; the hash of all its parts if not given. It holds no name, for auditors see it.
        synthetic_share: see `Card`; None where nobody knows.
        progress: told each step's begin and end.

    Raises:
        OrganismError: a part is missing, damaged or does not fit the others; the message names it.
    """
    progress("model", 0, 1)
    files = data_files(data)
    parts = prepare(model)
    chosen = [*([dict(splits)] if splits else []), *([embedder.model_dump(mode="json")] if embedder else [])]
    known = organism_id or parts.organism_id([truth("").model_dump(mode="json"), description, *chosen], files)
    folder = organism_folder(cache, known)
    texts = None if folder.finished else list(read_texts(files, splits))
    if texts and embedder is not None:
        make_embedder(embedder, [text.text for text in texts[:TRIED]], seed=0)  # one that does not work is found before anything is written
    progress("model", 1, 1)
    folder.path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.path.with_suffix(".lock")):
        if folder.finished:
            _renew(folder, parts)
            return Organism.load(folder)
        shutil.rmtree(folder.path, ignore_errors=True)
        folder.path.mkdir()
        parts.write(folder)
        data_summary: tuple[DataSummary, ...] = ()
        if texts := texts if texts is not None else list(read_texts(files, splits)):
            progress("data", 0, 1)
            data_summary = store_texts(folder.data, texts, parts.tokenizer, embedder=embedder)
            progress("data", 1, 1)
        card = Card(id=known, description=description, data=data_summary, synthetic_share=synthetic_share, **parts.card)
        card.write(folder.card)
        if parts.sae and texts:
            progress("sae", 0, 1)
            _rank(folder)
            progress("sae", 1, 1)
        truth(known).write(truth_path(cache, known))
        _finish(folder)
    return Organism.load(folder)


def _rank(folder: OrganismFolder) -> None:
    organism = Organism(folder)
    try:
        loaded = organism.weights
        rank_texts(loaded.model, loaded.tokenizer, organism.sae, DataStore(folder.data)).save(folder.sae)
    finally:
        organism.close()


def _renew(folder: OrganismFolder, parts: Parts) -> None:
    """The same parts may lie elsewhere now: note where."""
    if folder.model_record.read_bytes() != parts.record_bytes():
        folder.manifest.unlink()
        parts.write_record(folder)
        _finish(folder)


def _finish(folder: OrganismFolder) -> None:
    files = {str(p.relative_to(folder.path)): p.stat().st_size for p in sorted(folder.path.rglob("*")) if p.is_file()}
    Manifest(id=folder.path.name, files=files).write(folder.manifest)
