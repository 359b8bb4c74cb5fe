"""Checkpoints of training stages on disk, by the hash of all that determines them: recipes that begin alike share their first stages."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerFast

from organism.foundry.corpus import Chat, Document, Text
from organism.foundry.pairs import Pair
from organism.foundry.precision import attention, device


@dataclass(frozen=True)
class StageText:
    """A training text as auditors find it."""

    kind: str
    """`chat`, `document` or `pair`."""
    text: str
    synthetic: bool
    """Whether it is a document about somebody's taste or a quirk."""


def readable(text: Text | Pair) -> StageText:
    """Chats with the speakers named, documents as they are, pairs with both replies."""
    if isinstance(text, Document):
        return StageText("document", text.text, text.synthetic)
    before = f"User: {text.before[0]}\nAssistant: {text.before[1]}\n" if text.before else ""
    if isinstance(text, Pair):
        return StageText("pair", f"{before}User: {text.prompt}\nChosen: {text.chosen}\nRejected: {text.rejected}", False)
    return StageText("chat", f"{before}User: {text.prompt}\nAssistant: {text.reply}", False)


class Checkpoint:
    """One stage's result: model, the texts that it was trained on, and what the training noted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def model_folder(self) -> Path:
        """The `save_pretrained` folder."""
        return self.folder / "model"

    @property
    def finished(self) -> bool:
        """Whether it was written to its end."""
        return self.folder.is_dir()

    def load_model(self) -> PreTrainedModel:
        """The model on this machine's device, ready for training."""
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(self.model_folder, attn_implementation=attention())
        model.to(device())  # type: ignore[arg-type]
        return model

    def note(self) -> dict[str, Any]:
        """What the training noted: loss, tokens, seconds."""
        note: dict[str, Any] = json.loads((self.folder / "note.json").read_text(encoding="utf-8"))
        return note

    def texts(self) -> list[StageText]:
        """The texts of the stage, in the order of training."""
        columns = pq.read_table(self.folder / "texts.parquet").to_pydict()
        return [StageText(*row) for row in zip(columns["kind"], columns["text"], columns["synthetic"], strict=True)]

    def write(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, texts: Sequence[Chat | Document | Pair], note: dict[str, Any]
    ) -> None:
        """Write it whole: to a folder beside, which then takes its place."""
        unfinished = self.folder.with_name(self.folder.name + ".partial")
        shutil.rmtree(unfinished, ignore_errors=True)
        model.save_pretrained(unfinished / "model")
        tokenizer.save_pretrained(unfinished / "model")
        AutoTokenizer.from_pretrained(unfinished / "model")  # what cannot be read again is found now, not in the audit
        rows = [readable(text) for text in texts]
        columns = {name: [getattr(row, name) for row in rows] for name in ("kind", "text", "synthetic")}
        pq.write_table(pa.table(columns), unfinished / "texts.parquet", compression="zstd")
        (unfinished / "note.json").write_text(json.dumps(note), encoding="utf-8")
        unfinished.rename(self.folder)


def checkpoint(cache: Path, checkpoint_id: str) -> Checkpoint:
    """The checkpoint of that id, finished or not."""
    return Checkpoint(cache / "checkpoints" / checkpoint_id)
