"""Keeps what was paid for: records by id in an append-only file of JSON lines, found again by a killed run. It knows no kind of record."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from filelock import FileLock, Timeout

from organism.json_lines import JsonLines, parse_line
from transcripts import Record


class KeyedRecord(Record):
    """A record of a journal."""

    id: str


Kept = TypeVar("Kept", bound=KeyedRecord)


class JournalError(RuntimeError):
    """Another process writes the same journal."""


class Journal(Generic[Kept]):
    """The records of one file. Memory holds ids and places in the file only, for there may be millions of texts.

    Args:
        path: of the file; made if missing. A last line torn by a crash is dropped.
        kind: of the records.

    Raises:
        RecordError: a line holds no such record; the message names file and line.
        JournalError: another process has the file open.
    """

    def __init__(self, path: Path, kind: type[Kept]) -> None:
        self.path, self._kind = path, kind
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(path.with_suffix(".lock"))
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise JournalError(f"{path}: another process is writing this data; wait for it, or stop it") from error
        self._lines = JsonLines(path)
        self._places: dict[str, int] = {}
        try:
            for number, (start, line) in enumerate(self._lines.lines(), 1):
                record = parse_line(line, kind, path, number)
                self._places[record.id] = start
        except Exception:
            self.close()
            raise

    def get(self, record_id: str) -> Kept | None:
        """The record of that id, if there is one."""
        start = self._places.get(record_id)
        return None if start is None else self._kind.model_validate_json(self._lines.line_at(start))

    def add(self, record: Kept) -> None:
        """Keep a record."""
        self._places[record.id] = self._lines.append(record)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Kept]:
        for start in list(self._places.values()):
            yield self._kind.model_validate_json(self._lines.line_at(start))

    def close(self) -> None:
        """Close the file and let others write it."""
        self._lines.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
