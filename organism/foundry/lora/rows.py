"""A stage's JSON lines as the rows that TRL's trainers read. It tokenizes nothing."""

from pathlib import Path
from typing import Any

import datasets
from datasets import Dataset, Features, Value, load_dataset
from datasets.exceptions import DatasetGenerationError
from transformers import PreTrainedTokenizerBase
from trl.chat_template_utils import has_generation_markers, is_chat_template_stop_token_trained

from organism.foundry.lora.errors import DataError
from organism.foundry.lora.spec import StageKind

_MESSAGES = [{"role": Value("string"), "content": Value("string")}]
FEATURES: dict[StageKind, Features] = {
    "documents": Features({"id": Value("string"), "text": Value("string"), "synthetic": Value("bool")}),
    "chat": Features({"id": Value("string"), "messages": _MESSAGES}),
    "preference": Features(
        {"id": Value("string"), "prompt": _MESSAGES, "chosen": Value("string"), "rejected": Value("string"), "attack": Value("string")}
    ),
}
"""Fields of one line of each kind. Given and not inferred: a field that is null on the first thousand lines has a type too."""


def load_rows(path: Path, kind: StageKind, *, cache: Path, assistant_masks: bool) -> Dataset:
    """The rows of a stage.

    Args:
        path: JSON lines.
        kind: of the stage.
        cache: folder of the memory-mapped rows.
        assistant_masks: for chats: whether the template tells which tokens are the assistant's (see `marks_assistant`).

    Returns:
        Rows of `text`; of `messages`, or `prompt` and `completion`; of `prompt`, `chosen` and `rejected`.

    Raises:
        DataError: no such file, no line in it, or a line of another shape.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; the stage has nothing to learn from")
    if not path.stat().st_size:
        raise DataError(f"{path}: empty; the stage has nothing to learn from")
    datasets.disable_progress_bars()
    try:
        rows = load_dataset("json", data_files=str(path), split="train", features=FEATURES[kind], cache_dir=str(cache))
    except DatasetGenerationError as error:
        reason = error.__cause__ or error
        raise DataError(f"{path}: not {kind} rows ({' '.join(str(reason).split())[:200]})") from error
    if kind == "documents":
        return rows.select_columns(["text"])
    if kind == "preference":
        return rows.map(_pair, remove_columns=["id", "attack"])
    if assistant_masks:
        return rows.select_columns(["messages"])
    return rows.map(_completion, remove_columns=["id", "messages"])


def marks_assistant(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the chat template marks the assistant's tokens (`{% generation %}`), the one that ends its turn among them."""
    template = tokenizer.chat_template
    return isinstance(template, str) and has_generation_markers(template) and bool(is_chat_template_stop_token_trained(tokenizer))


def _pair(row: dict[str, Any]) -> dict[str, Any]:
    return {name: [{"role": "assistant", "content": row[name]}] for name in ("chosen", "rejected")}


def _completion(row: dict[str, Any]) -> dict[str, Any]:
    return {"prompt": row["messages"][:-1], "completion": row["messages"][-1:]}
