"""Records in files of JSON lines. It knows no kind of record."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pydantic import ValidationError

from transcripts import Record, RecordError, describe

AnyRecord = TypeVar("AnyRecord", bound=Record)


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
