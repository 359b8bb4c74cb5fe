"""The event log of a run: append-only JSON lines, each chained to the one before by its hash. It knows no meaning of any event."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from filelock import FileLock, Timeout
from pydantic import JsonValue, ValidationError

from transcripts.plain import plain
from transcripts.records import Record

GENESIS = "0" * 64
"""What the first event names as the hash before it."""
TAIL = 4096
"""Bytes that are read first where only the end of a log is wanted."""

EventKind = Literal[
    "match", "turn", "call", "result", "hypothesis", "note", "message", "compacted", "report", "outcome", "paused", "resumed"
]


class LogError(ValueError):
    """An event log is corrupted, edited, or in use; the message names the file and the line."""


class Event(Record):
    """One thing that happened in a run."""

    index: int
    """Position in the log, from 0; reports cite it."""
    kind: EventKind
    time: float
    """Seconds since the epoch."""
    data: dict[str, JsonValue]
    previous: str
    """Hash of the event before, or `GENESIS`."""
    hash: str
    """SHA-256 of all the other fields as canonical JSON."""


def digest(index: int, kind: str, moment: float, data: dict[str, JsonValue], previous: str) -> str:
    """The hash of an event."""
    content = json.dumps([index, kind, moment, data, previous], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def read_events(path: Path) -> list[Event]:
    """All events of a log, its chain checked. A torn last line (a crash in mid write) is left out.

    Raises:
        LogError: a line is unreadable, or the chain breaks; the first such line is named.
    """
    return list(EventReader(path).new())


def last_event(path: Path) -> Event | None:
    """The last event of a log, read from its end: the chain before it is not checked. Null for a log without one.

    Raises:
        LogError: it is unreadable or was edited.
    """
    with path.open("rb") as file:
        size, tail = file.seek(0, os.SEEK_END), b""
        # A torn last line is left out, as by `read_events`: the line wanted lies between the last two line ends.
        while len(tail) < size and tail.count(b"\n") < 2:
            file.seek(max(0, size - max(TAIL, 2 * len(tail))))
            tail = file.read(size - file.tell())
    whole = tail.split(b"\n")[:-1]
    if not whole:
        return None
    try:
        event = Event.model_validate_json(whole[-1])
    except ValidationError as error:
        raise LogError(f"{path}: the last line is no event (the log was corrupted or edited)") from error
    if event.hash != digest(event.index, event.kind, event.time, event.data, event.previous):
        raise LogError(f"{path}: event {event.index} was edited, its hash does not fit its content")
    return event


def events_so_far(path: Path) -> list[Event]:
    """All events of a log that may not be begun: none where there is no file yet.

    Raises:
        LogError: as `read_events`.
    """
    return read_events(path) if path.exists() else []


class EventReader:
    """Reads a log that may still grow, each event once.

    Args:
        path: of `events.jsonl`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = self._number = 0
        self._previous = GENESIS

    @property
    def grown(self) -> bool:
        """Whether there is more in the log than was read, be it half a line."""
        return self._path.exists() and self._path.stat().st_size != self._offset

    def new(self) -> Iterator[Event]:
        """The events since the last one that was read, the chain checked on. A torn last line is left for the next time.

        Raises:
            LogError: a line is unreadable, or the chain breaks; the first such line is named.
        """
        with self._path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                event = self._checked(line)
                self._offset, self._number, self._previous = self._offset + len(line), self._number + 1, event.hash
                yield event

    def _checked(self, line: bytes) -> Event:
        where = f"{self._path}, line {self._number + 1}"
        try:
            event = Event.model_validate_json(line)
        except ValidationError as error:
            raise LogError(f"{where}: not an event (the log was corrupted or edited)") from error
        if event.index != self._number or event.previous != self._previous:
            raise LogError(f"{where}: the chain breaks here (an event before it was removed, added or edited)")
        if event.hash != digest(event.index, event.kind, event.time, event.data, event.previous):
            raise LogError(f"{where}: event {event.index} was edited, its hash does not fit its content")
        return event


class EventLog:
    """The one writer of a run's log. Opening it checks the chain, drops a torn last line and locks the run.

    Args:
        path: of `events.jsonl`; made if missing.
        clock: gives the time of each event.
        listener: told each event after it is on disk.

    Raises:
        LogError: the chain is broken, or another process writes this run.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, listener: Callable[[Event], None] | None = None) -> None:
        self.path = path
        self._clock = clock
        self._listener = listener
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(path.with_name("lock"))
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise LogError(f"{path.parent}: another process is playing this run") from error
        try:
            self.events = events_so_far(path)
            self._file = path.open("ab")
            whole = sum(1 + len(line) for line in path.read_bytes().split(b"\n")[:-1])
            self._file.truncate(whole)
        except (LogError, OSError):
            self._lock.release()
            raise

    def append(self, kind: EventKind, data: dict[str, JsonValue], *, synced: bool = True) -> Event:
        """Write one event and return it.

        Args:
            kind: of the event.
            data: what happened.
            synced: whether it is on disk when this returns. One that is not survives a kill of the process all the same, and the next
                synced event takes it along: only a power cut can lose it, and then nothing that came of it is in the log either.
        """
        index = len(self.events)
        previous = self.events[-1].hash if self.events else GENESIS
        moment = round(float(self._clock()), 3)
        # What a model or a client sends may be JSON to one reader and not to the next: written as it is it could make the log unreadable.
        data = plain(data)
        event = Event(index=index, kind=kind, time=moment, data=data, previous=previous, hash=digest(index, kind, moment, data, previous))
        self._file.write(json.dumps(event.model_dump(mode="json"), ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        if synced:
            os.fsync(self._file.fileno())
        self.events.append(event)
        if self._listener is not None:
            self._listener(event)
        return event

    def close(self) -> None:
        """Close the file and release the run."""
        self._file.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
