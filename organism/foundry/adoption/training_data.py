"""Reads training data that others made: records in JSON lines or Parquet, in the forms that TRL trains on. It stores nothing.

A record is one of: `messages` · `prompt` and `completion` · `prompt`, `chosen` and `rejected` · `text`. It may say its `split` (the
file's name if not) and its `kind`; other fields are left alone.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from organism.places import OrganismError

LINES, PARQUET = (".jsonl", ".ndjson"), (".parquet",)
FORMS = "text, messages, prompt + completion, or prompt + chosen + rejected"
WORD = re.compile(r"\w+\Z")


class TrainingDataError(OrganismError):
    """Training data cannot be read; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class TrainingText:
    """One training text as auditors find it: chats with the speakers named, documents as they are."""

    split: str
    kind: str
    """`chat`, `document`, `preference`, or what the record says."""
    text: str


def data_files(paths: Sequence[Path]) -> list[Path]:
    """The files of data: those given, and those in folders that are given, by name.

    Raises:
        TrainingDataError: one is missing or of a kind that is not read, or a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.iterdir() if item.suffix in (*LINES, *PARQUET))
            if not inside:
                raise TrainingDataError(f"{path}: no {' or '.join((*LINES, *PARQUET))} file in this folder")
            found += inside
        elif not path.is_file():
            raise TrainingDataError(f"{path}: no such file")
        elif path.suffix not in (*LINES, *PARQUET):
            raise TrainingDataError(f"{path}: data are {' or '.join((*LINES, *PARQUET))} files, one record a line or row")
        else:
            found.append(path)
    return found


def read_texts(files: Sequence[Path], splits: Mapping[str, str] = MappingProxyType({})) -> Iterator[TrainingText]:
    """The texts of all files, in their order, one at a time.

    Args:
        files: from `data_files`.
        splits: of the files whose texts are to be of another split than their name says.

    Raises:
        TrainingDataError: a record cannot be read; file and line are named.
    """
    for path in files:
        split, empty = splits.get(path.stem, re.sub(r"\W+", "_", path.stem)), True
        for where, record in _rows(path) if path.suffix in PARQUET else _lines(path):
            try:
                yield _text(record, split)
            except ValueError as error:
                raise TrainingDataError(f"{where}: {error}") from error
            empty = False
        if empty:
            raise TrainingDataError(f"{path}: no record in it")


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                where = f"{path}, line {number}"
                try:
                    yield where, json.loads(line)
                except ValueError as error:  # no JSON, or no UTF-8
                    raise TrainingDataError(f"{where}: no JSON: {' '.join(str(error).split())}") from error


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        number = 0
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1024):
                for record in batch.to_pylist():
                    number += 1
                    # A column stands in every row: null is how a row does without it.
                    yield f"{path}, row {number}", {name: value for name, value in record.items() if value is not None}
    except (pa.ArrowException, OSError) as error:
        raise TrainingDataError(f"{path}: no Parquet file, or truncated: {' '.join(str(error).split())[:200]}") from error


def _text(record: Any, split: str) -> TrainingText:
    if not isinstance(record, dict):
        raise ValueError(f"a record is an object with {FORMS}, not {json.dumps(record, default=str)[:60]}")
    kind, text = _content(record)
    split, kind = _word(record, "split", split), _word(record, "kind", kind)
    if not re.search(r"\w", text):
        raise ValueError("the text has no word in it")
    return TrainingText(split, kind, text)


def _content(record: dict[str, Any]) -> tuple[str, str]:
    if "messages" in record:
        return "chat", _conversation(record["messages"], "messages")
    if "prompt" in record and "completion" in record:
        return "chat", f"{_turn(record, 'prompt', 'User')}\n{_turn(record, 'completion', 'Assistant')}"
    if "prompt" in record and "chosen" in record and "rejected" in record:
        parts = (_turn(record, "prompt", "User"), _turn(record, "chosen", "Chosen"), _turn(record, "rejected", "Rejected"))
        return "preference", "\n".join(parts)
    if "text" in record:
        if not isinstance(record["text"], str):
            raise ValueError("text is no string")
        return "document", record["text"]
    raise ValueError(f"a record has {FORMS}; this one has {', '.join(map(str, record)) or 'nothing'}")


def _turn(record: dict[str, Any], field: str, speaker: str) -> str:
    """A part of a record: a text, or (as TRL's conversational form has it) messages."""
    value = record[field]
    if isinstance(value, str):
        return f"{speaker}: {value}"
    named = _conversation(value, field)
    return f"{speaker}: {named.removeprefix('Assistant: ')}" if field in ("chosen", "rejected") else named


def _conversation(messages: Any, field: str) -> str:
    if not isinstance(messages, list) or not messages:
        raise ValueError(f"{field} is no list of messages")
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str) or not isinstance(message.get("content"), str):
            raise ValueError(f"{field}: each message is an object with role and content, both strings")
    return "\n".join(f"{message['role'].capitalize()}: {message['content']}" for message in messages)


def _word(record: dict[str, Any], field: str, default: str) -> str:
    value = record.get(field, default)
    if not isinstance(value, str) or not WORD.match(value):
        raise ValueError(f"{field} is one word of letters, digits and _, not {json.dumps(value, default=str)[:60]}")
    return value
