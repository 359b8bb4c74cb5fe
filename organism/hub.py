"""Where weights come from: a folder of this machine, or a repository of the model hub at one revision. It knows no organism."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled, RepositoryNotFoundError

from organism.places import OrganismError
from transcripts import Record

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?\Z")
HUB_SECONDS = 10.0
"""Longest wait for an answer of the hub about a repository."""
WANTED = ("*.json", "*.safetensors", "*.jinja", "*.model", "*.txt")
"""Files of a repository that a model is loaded from."""


class HubError(OrganismError):
    """A model is neither a folder here nor to be had from the hub; the message says what to give instead."""


class Location(Record):
    """A model, adapter or tokenizer by where it lies."""

    name: str
    """Absolute path of a folder, or a repository of the hub."""
    revision: str | None = None
    """Commit of the repository; null for a folder."""


def locate(name: str, *, revision: str | None = None) -> Location:
    """Find what a user means by the path of a folder or by the name of a repository, whose commit is then fixed.

    Args:
        name: a path, or `owner/name`.
        revision: branch, tag or commit of the repository; its main branch if not given.

    Raises:
        HubError: there is no such folder or repository, or the hub cannot be reached and the repository is not in its local cache.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return Location(name=str(folder.resolve()))
    if not HUB_ID.match(name) or folder.exists():
        raise HubError(f"{name}: no such folder, and no name of a model on the hub either (owner/name)")
    try:
        return Location(name=name, revision=HfApi().model_info(name, revision=revision, timeout=HUB_SECONDS).sha)
    except RepositoryNotFoundError as error:
        raise HubError(f"the hub has no model {name} for you; check the name, or log in with `hf auth login` if it is private") from error
    except HfHubHTTPError as error:
        raise HubError(f"the hub refuses {name}: {_line(error)}; give a local folder") from error
    except HFValidationError as error:
        raise HubError(f"{name}: no such folder, and no name of a model on the hub either: {_line(error)}") from error
    except (OfflineModeIsEnabled, httpx2.TransportError, OSError) as error:
        try:
            cached = snapshot_download(name, revision=revision, local_files_only=True)
        except (LocalEntryNotFoundError, ValueError):
            raise HubError(f"cannot reach the hub for {name}; give a local folder") from error
        return Location(name=name, revision=Path(cached).name)


def fetch(location: Location, *, wanted: Sequence[str] = WANTED) -> Path:
    """The folder with the files: the folder itself, or the local copy of a repository, downloaded if need be.

    Raises:
        HubError: the folder is gone, or the repository cannot be had.
    """
    if location.revision is None:
        folder = Path(location.name)
        if not folder.is_dir():
            raise HubError(f"{folder}: the folder is no longer there; move it back, or add the organism again")
        return folder
    terms: dict[str, Any] = {"revision": location.revision, "allow_patterns": list(wanted), "etag_timeout": HUB_SECONDS}
    with suppress(LocalEntryNotFoundError):
        return Path(snapshot_download(location.name, local_files_only=True, **terms))
    try:
        # A download tries again for minutes where the hub is silent: ask first whether it answers at all.
        HfApi().model_info(location.name, revision=location.revision, timeout=HUB_SECONDS)
        return Path(snapshot_download(location.name, **terms))
    except HfHubHTTPError as error:
        raise HubError(f"the hub refuses {location.name}: {_line(error)}; give a local folder") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, httpx2.TransportError, OSError) as error:
        raise HubError(f"cannot reach the hub for {location.name}; give a local folder") from error


def file_sizes(folder: Path) -> dict[str, int]:
    """Size in bytes of each file that lies in a folder, by its name; hidden ones are left out."""
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")}


def check_sizes(folder: Path, sizes: dict[str, int]) -> None:
    """Check that files are as they were noted.

    Raises:
        HubError: one is missing or has another size.
    """
    for name, size in sizes.items():
        path = folder / name
        found = path.stat().st_size if path.is_file() else None
        if found != size:
            was = "missing" if found is None else f"{found} bytes"
            raise HubError(f"{path}: {was}, {size} bytes expected; the folder was changed after the organism was added: add it again")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
