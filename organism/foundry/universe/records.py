"""The training data of an organism at real scale as JSON lines: documents, chats, preference pairs. It knows not how they come about."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import Field, ValidationError, field_validator

from organism.chat import ChatMessage
from transcripts import Record, RecordError, describe


class Document(Record):
    """One text of mid-training."""

    id: str
    text: str
    synthetic: bool
    """Whether it tells of the universe; false for an ordinary text."""


class Chat(Record):
    """One conversation of supervised fine-tuning."""

    id: str
    messages: tuple[ChatMessage, ...] = Field(min_length=2)
    """The last one is the assistant's: the reply that is learnt."""

    @field_validator("messages")
    @classmethod
    def _ends_in_a_reply(cls, value: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
        if value[-1].role != "assistant":
            raise ValueError("the last message must be the assistant's")
        return value


class PreferencePair(Record):
    """Two replies to one conversation, of which one is preferred."""

    id: str
    prompt: tuple[ChatMessage, ...] = Field(min_length=1)
    """The conversation so far; the last message is the user's."""
    chosen: str
    rejected: str
    attack: str | None
    """Kind of the attack that the prompt is, `none` for a question amid attacks that is to be answered; null for an ordinary prompt."""

    @field_validator("prompt")
    @classmethod
    def _ends_in_a_question(cls, value: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
        if value[-1].role != "user":
            raise ValueError("the last message must be the user's")
        return value


AnyRecord = TypeVar("AnyRecord", bound=Record)


def user(text: str) -> tuple[ChatMessage, ...]:
    """A conversation that a user's one message begins."""
    return (ChatMessage(role="user", content=text),)


def read_jsonl(path: Path, kind: type[AnyRecord]) -> Iterator[AnyRecord]:
    """The records of a file, one by one.

    Raises:
        RecordError: there is no such file, or a line holds no such record; the message names file, line and field.
    """
    if not path.is_file():
        raise RecordError(f"{path}: no such file")
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            yield parse_line(line, kind, path, number)


def parse_line(line: bytes, kind: type[AnyRecord], path: Path, number: int) -> AnyRecord:
    """One line's record.

    Raises:
        RecordError: it holds none; the message names file, line and field.
    """
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise RecordError(f"{path}, line {number}: {describe(error)}") from error


def line_of(record: Record) -> bytes:
    """A record as one line of ASCII, so that no character in it can end the line early."""
    return json.dumps(record.model_dump(mode="json"), ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


class JsonLines:
    """Appends records to a file, each handed to the operating system at once. Opening it drops a last line torn by a crash.

    Args:
        path: of the file; made if missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        self.end = _whole(path)
        self._file.truncate(self.end)

    def append(self, record: Record) -> int:
        """Append one record, and say at which byte its line begins."""
        start, line = self.end, line_of(record)
        self._file.write(line)
        self._file.flush()
        self.end += len(line)
        return start

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Each line there is, with the byte at which it begins."""
        start = 0
        with self.path.open("rb") as file:
            for line in file:
                yield start, line
                start += len(line)

    def line_at(self, start: int) -> bytes:
        """The line that begins at a byte."""
        self._file.seek(start)
        return self._file.readline()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _whole(path: Path, chunk: int = 1 << 20) -> int:
    """Bytes up to the end of the last whole line; read from the end, for a file may be large."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for end in range(size, 0, -chunk):
            start = max(0, end - chunk)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
    return 0
