"""The parts of an organism that was made elsewhere: each checked against the others, hashed, and written into the organism's folder."""

import hashlib
import json
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import TemplateError
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.card import Served
from organism.chat import ChatMessage, render_chat, render_user_start
from organism.foundry.adoption.fingerprint import file_hash, files_hash
from organism.foundry.adoption.inspection import ADAPTER_FILES, check_adapter, inspect_model
from organism.hub import Location, fetch, file_sizes
from organism.loading import load_tokenizer
from organism.model_record import Endpoint, ModelRecord, Weights
from organism.places import OrganismError, OrganismFolder
from organism.runtime import context_length
from organism.sae import SAE

DESCRIPTION = "A language model."
REFERENCE = "the base model, before any of its adapters"
FORMAT = 1
"""Raised when the same parts would give another organism."""
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json")


class AdoptionError(OrganismError):
    """Parts that do not make an organism; the message says which and what to do."""


@dataclass(frozen=True)
class TrainedModel:
    """Weights to adopt."""

    base: Location
    adapters: tuple[Location, ...] = ()
    """In the order of training: each was trained on the model into which the ones before it are merged."""
    tokenizer: Location | None = None
    """None for the base's own."""
    reference: bool | None = None
    """Whether the base without adapters is the reference model; None: if there are adapters."""
    sae: Path | None = None
    """A folder in the format of SAELens 6."""


@dataclass(frozen=True)
class ServedModel:
    """A model behind a server to adopt."""

    endpoint: Endpoint
    served: tuple[Served, ...]
    """What the server answers."""


class Parts(ABC):
    """Checked parts, without the training data."""

    tokenizer: PreTrainedTokenizerBase | None
    sae: SAE | None = None
    record: ModelRecord
    card: dict[str, Any]
    """The fields of the card that follow from the model."""

    @abstractmethod
    def identity(self) -> dict[str, Any]:
        """What makes it this model and no other, without where it lies."""

    def organism_id(self, more: Sequence[Any], data: Sequence[Path]) -> str:
        """Hash of all parts."""
        texts = [[path.stem, file_hash(path)] for path in data]
        content = json.dumps([FORMAT, self.identity(), texts, *more], sort_keys=True)
        return f"organism-{hashlib.sha256(content.encode()).hexdigest()[:12]}"

    def record_bytes(self) -> bytes:
        """The file `model.json`."""
        return (self.record.model_dump_json(indent=2) + "\n").encode()

    def write_record(self, folder: OrganismFolder) -> None:
        """Note where the model comes from."""
        self.record.write(folder.model_record)

    def write(self, folder: OrganismFolder) -> None:
        """Write what is to lie in the organism's own folder."""
        self.write_record(folder)


class _Trained(Parts):
    def __init__(self, source: TrainedModel) -> None:
        self.base, self.adapters = fetch(source.base), [fetch(adapter) for adapter in source.adapters]
        self.reference = bool(self.adapters) if source.reference is None else source.reference
        if self.reference and not self.adapters:
            raise AdoptionError("without adapters the base is the model itself and no reference for it; leave --reference base out")
        model = inspect_model(self.base)
        for adapter in self.adapters:
            check_adapter(adapter, model)
        self.tokenizer_folder = fetch(source.tokenizer) if source.tokenizer else self.base
        self.tokenizer = load_tokenizer(self.tokenizer_folder)
        _check_tokenizer(self.tokenizer, model, self.tokenizer_folder)
        self.sae_folder = source.sae
        self.sae = _fitting_sae(source.sae, model) if source.sae else None
        self.files = file_sizes(self.base)
        text = model.config.get_text_config()
        self.card = {
            "parameters": model.num_parameters(),
            "layers": int(text.num_hidden_layers),
            "d_model": int(text.hidden_size),
            "vocabulary": len(self.tokenizer),
            "context_length": context_length(model),
            "sae_layer": self.sae.layer if self.sae else None,
            "d_sae": self.sae.d_sae if self.sae else None,
            "reference": REFERENCE if self.reference else None,
        }
        self.record = ModelRecord(
            source=Weights(
                base=source.base,
                files={} if source.base.revision else _loaded(self.files),
                adapters=tuple(map(str, range(len(self.adapters)))),
                tokenizer=source.tokenizer,
                reference=self.reference,
            )
        )
        self.fixed = source.base.model_dump() if source.base.revision else None

    def identity(self) -> dict[str, Any]:
        tokenizer = [name for name in TOKENIZER_FILES if (self.tokenizer_folder / name).is_file()]
        return {
            "base": self.fixed or files_hash(self.base, list(_loaded(self.files))),
            "adapters": [files_hash(adapter, list(ADAPTER_FILES)) for adapter in self.adapters],
            "tokenizer": files_hash(self.tokenizer_folder, tokenizer),
            "sae": files_hash(self.sae_folder, ["cfg.json", "sae_weights.safetensors"]) if self.sae_folder else None,
            "reference": self.reference,
        }

    def write(self, folder: OrganismFolder) -> None:
        super().write(folder)
        for number, adapter in enumerate(self.adapters):
            target = folder.adapters / str(number)
            target.mkdir(parents=True)
            for name in ADAPTER_FILES:
                shutil.copyfile(adapter / name, target / name)
        if self.sae:
            self.sae.save(folder.sae, model_name=folder.path.name)  # the name it had would give away what is sealed


class _Served(Parts):
    def __init__(self, source: ServedModel) -> None:
        self.endpoint, self.served = source.endpoint, source.served
        check_address(source.endpoint.base_url)
        self.tokenizer = load_tokenizer(fetch(source.endpoint.tokenizer)) if source.endpoint.tokenizer else None
        self.record = ModelRecord(source=source.endpoint)
        unknown = dict.fromkeys(("parameters", "layers", "d_model", "vocabulary"))
        self.card = unknown | {"context_length": source.endpoint.context_length, "served": source.served}

    def identity(self) -> dict[str, Any]:
        return {"endpoint": self.endpoint.model_dump(mode="json"), "served": self.served}


def prepare(model: TrainedModel | ServedModel) -> Parts:
    """Check the parts of a model.

    Raises:
        OrganismError: one is missing, damaged, or does not fit the others.
    """
    return _Trained(model) if isinstance(model, TrainedModel) else _Served(model)


def check_address(base_url: str) -> None:
    """Check that an address is one, and holds no secret: it will lie on disk.

    Raises:
        AdoptionError: it is none, or holds a name or password.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AdoptionError(f"{base_url}: no address of a server; --endpoint is like http://localhost:8000/v1")
    if parts.username or parts.password or parts.query:
        raise AdoptionError(
            "the server's address holds a name, password or query, which would lie on disk; set AUDITGAME_ENDPOINT_KEY instead"
        )


def _loaded(files: dict[str, int]) -> dict[str, int]:
    """Without the files of a model's folder that loading does not read."""
    return {name: size for name, size in files.items() if not name.endswith((".md", ".bin", ".pt", ".gguf"))}


def _check_tokenizer(tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel, folder: Path) -> None:
    try:
        render_chat(tokenizer, [ChatMessage(role="user", content="Hi"), ChatMessage(role="assistant", content="Hello")])
        render_user_start(tokenizer)
    except (ValueError, TemplateError) as error:
        raise AdoptionError(
            f"{folder}: the tokenizer cannot render a conversation ({' '.join(str(error).split())[:200]}); "
            "give the folder of one with a chat template as --tokenizer"
        ) from error
    largest, rows = max(tokenizer.get_vocab().values()), int(model.config.get_text_config().vocab_size)
    if largest >= rows:
        raise AdoptionError(f"{folder}: the tokenizer has token {largest}, but the model's embedding only {rows} rows; give its own")


def _fitting_sae(folder: Path, model: PreTrainedModel) -> SAE:
    sae, text = SAE.load(folder), model.config.get_text_config()
    if sae.d_in != text.hidden_size:
        shape = [sae.d_in, sae.d_sae]
        raise AdoptionError(
            f"{folder}: W_enc is {shape}, but the residual stream of this model has {text.hidden_size} numbers: another model's"
        )
    if sae.layer >= text.num_hidden_layers:
        raise AdoptionError(
            f"{folder}: reads the residual stream after layer {sae.layer} of {text.num_hidden_layers}; it must be one before the last, "
            "whose output is seen only after the final normalisation"
        )
    return sae
