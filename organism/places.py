"""Where organisms lie on disk. It knows nothing of truths: those lie elsewhere (see organism.foundry.truth)."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from transcripts import FileRecord

CACHE_VARIABLE = "AUDITGAME_CACHE"


class OrganismError(ValueError):
    """An organism cannot be found, loaded or asked; the message says why and which there are."""

    may_pass = False
    """Whether the same may succeed later."""


class Manifest(FileRecord):
    """Written last: an organism without it is not finished and is never loaded."""

    id: str
    files: dict[str, int]
    """Size in bytes of each file under the organism's folder."""


@dataclass(frozen=True)
class OrganismFolder:
    """One organism on disk."""

    path: Path

    @property
    def model(self) -> Path:
        """The audited model (`save_pretrained`)."""
        return self.path / "model"

    @property
    def model_record(self) -> Path:
        """Where the model comes from (`ModelRecord`), instead of `model`, for an organism that was added and not built."""
        return self.path / "model.json"

    @property
    def adapters(self) -> Path:
        """Adapters of an added organism, each a folder."""
        return self.path / "adapters"

    @property
    def stages(self) -> Path:
        """A checkpoint for each training stage."""
        return self.path / "stages"

    @property
    def reference(self) -> Path:
        """The model before it read any document about anybody's taste: the end of pre-training."""
        return self.stages / "pretrain"

    @property
    def data(self) -> Path:
        """Training data (LanceDB) and its embedder."""
        return self.path / "data"

    @property
    def sae(self) -> Path:
        """Sparse autoencoder (SAELens format) and its top documents."""
        return self.path / "sae"

    @property
    def feature_labels(self) -> Path:
        """What each feature of the SAE stands for, counted from the training texts; made when first asked for."""
        return self.sae / "labels.json"

    @property
    def feature_descriptions(self) -> Path:
        """What a model has said of them, where one was asked; grows line by line."""
        return self.sae / "descriptions.jsonl"

    @property
    def card(self) -> Path:
        """The public card."""
        return self.path / "card.json"

    @property
    def manifest(self) -> Path:
        """Written last."""
        return self.path / "manifest.json"

    @property
    def finished(self) -> bool:
        """Whether the build came to its end."""
        return self.manifest.exists()

    def check(self) -> None:
        """Check that every file of the manifest is there in its size.

        Raises:
            OrganismError: the organism is unfinished, or a file is missing or truncated.
        """
        if not self.finished:
            raise OrganismError(f"{self.path}: not a finished organism; build it with `auditgame build`")
        for name, size in Manifest.read(self.manifest).files.items():
            path = self.path / name
            if not path.is_file() or path.stat().st_size != size:
                raise OrganismError(f"{path}: missing or truncated ({size} bytes expected); delete {self.path} and build or add it again")


def default_cache() -> Path:
    """The user's cache folder, or `$AUDITGAME_CACHE`."""
    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("auditgame"))


def organism_folder(cache: Path, organism_id: str) -> OrganismFolder:
    """The folder of an organism, finished or not."""
    return OrganismFolder(cache / "organisms" / organism_id)


def built_organisms(cache: Path) -> list[str]:
    """Ids of the finished organisms."""
    return sorted(path.parent.name for path in (cache / "organisms").glob("*/manifest.json"))
