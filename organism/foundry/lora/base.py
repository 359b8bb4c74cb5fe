"""Base models: a local folder or a hub id, checked for what training needs before anything is loaded."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, RepositoryNotFoundError

from organism.foundry.lora.errors import BaseError

DESCRIPTION = ("config.json", "generation_config.json", "*.safetensors.index.json", "tokenizer*", "special_tokens_map.json", "*.jinja")
"""Files of a base model that tell what it is; kilobytes, but for the tokenizer."""
WEIGHTS = "*.safetensors"
HUB_TIMEOUT = 5.0
"""Seconds that the hub may take to answer."""
SAMPLED = 1 << 16
"""Bytes of each weight file's sample that goes into a base's identity; whole files of 140 GB take minutes to hash."""


def resolve_base(name: str, *, weights: bool) -> Path:
    """The folder of a base model, from the hub where the name is no folder.

    Args:
        name: a folder as `save_pretrained` writes it, or a hub id (`owner/model`).
        weights: false for what tells of the model alone.

    Raises:
        BaseError: no such folder, the hub cannot be reached or does not know it, or there is no config.json.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _download(name, [*DESCRIPTION, WEIGHTS] if weights else list(DESCRIPTION))
    if not (folder / "config.json").is_file():
        raise BaseError(f"{folder}: no config.json; a base model is a folder as save_pretrained writes it, or a hub id")
    return folder


def _download(name: str, patterns: list[str]) -> Path:
    try:
        return Path(snapshot_download(name, allow_patterns=patterns, etag_timeout=HUB_TIMEOUT))
    except HFValidationError as error:
        raise BaseError(f"no folder {name!r}, and no hub id either") from error
    except RepositoryNotFoundError as error:
        raise BaseError(f"the hub has no {name!r}, or asks for a login (`hf auth login`)") from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise BaseError(f"no folder {name!r}, and cannot reach the hub for it; give a local folder") from error


def read_config(folder: Path) -> dict[str, Any]:
    """The base's config.json.

    Raises:
        BaseError: it is no JSON object.
    """
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except ValueError as error:
        raise BaseError(f"{folder / 'config.json'}: {error}") from error
    if not isinstance(config, dict):
        raise BaseError(f"{folder / 'config.json'}: expected an object")
    return config


def check_base(folder: Path) -> None:
    """Check that weights are whole and a chat template is there; no weight is loaded.

    Raises:
        BaseError: naming the file.
    """
    read_config(folder)
    files = sorted(folder.glob(WEIGHTS))
    for index in folder.glob("*.safetensors.index.json"):
        listed = set(json.loads(index.read_bytes())["weight_map"].values())
        if missing := sorted(listed - {path.name for path in files}):
            raise BaseError(f"{folder}: {index.name} names {missing[0]}, which is not there ({len(missing)} missing); download it again")
    if not files:
        raise BaseError(f"{folder}: no .safetensors file")
    for path in files:
        _check_weights(path)
    if not _chat_template(folder):
        raise BaseError(f"{folder}: its tokenizer has no chat template; give a chat model, or add a chat_template.jinja")


def _check_weights(path: Path) -> None:
    """Compare a weight file's size with what its header tells."""
    size = path.stat().st_size
    expected = None
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) == 8:
            (length,) = struct.unpack("<Q", start)
            try:
                header = json.loads(file.read(length)) if length <= size else {}
                ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
            except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
                raise BaseError(f"{path}: no safetensors header ({error}); download it again") from error
            expected = 8 + length + max(ends, default=0)
    if size != expected:
        raise BaseError(f"{path}: truncated or damaged ({size} bytes, {expected or 'at least 8'} expected); download it again")


def _chat_template(folder: Path) -> bool:
    if any(folder.glob("*.jinja")):
        return True
    try:
        return bool(json.loads((folder / "tokenizer_config.json").read_bytes()).get("chat_template"))
    except (OSError, ValueError, AttributeError):
        return False


def base_identity(folder: Path) -> str:
    """Hash of config, tokenizer, and of size and three samples of each weight file: another fine-tune of one model differs."""
    digest = hashlib.sha256()
    small = {path for pattern in DESCRIPTION for path in folder.glob(pattern) if path.is_file()}
    for path in sorted(small):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for path in sorted(folder.glob(WEIGHTS)):
        size = path.stat().st_size
        digest.update(f"{path.name}\0{size}".encode())
        with path.open("rb") as file:
            for start in (0, size // 2, max(0, size - SAMPLED)):
                file.seek(start)
                digest.update(file.read(SAMPLED))
    return digest.hexdigest()
