"""Shows several matches that are played side by side: a line for what matters, and below the lines how far each is. It decides nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

from transcripts import Event, Replay, inert

SHOWN = ("turn", "report", "outcome", "resumed")
"""Kinds of events that have a line; the calls of several auditors at once nobody could follow."""


class _Board:
    """Which match stands where."""

    def __init__(self, console: Console, names: Sequence[str], shown: Sequence[str], status: Status | None) -> None:
        self._console, self._names, self._shown, self._status = console, names, shown, status
        self._replays = [Replay() for _ in names]
        self._calls, self._under_way, self._ended = [0 for _ in names], dict[int, None](), 0

    def listener(self, number: int) -> Callable[[Event], None]:
        """What one match's log is to call."""
        return lambda event: self._hear(number, event)

    def _hear(self, number: int, event: Event) -> None:
        lines = self._replays[number].show(event)
        if event.kind in self._shown:
            for line in lines:
                self._console.print(inert(f"{self._names[number]:<12} ", "bold") + line, soft_wrap=True)
        self._calls[number] += event.kind == "result"
        if event.kind == "outcome":
            self._under_way.pop(number, None)
            self._ended += 1
        else:
            self._under_way[number] = None
        if self._status is not None:
            doing = " · ".join(f"{self._names[one]}: {self._calls[one]} calls" for one in self._under_way)
            self._status.update(inert(f"{self._ended} of {len(self._names)} have ended · {doing}", limit=self._console.width - 4))


@contextmanager
def live_matches(console: Console, names: Sequence[str], *, shown: Sequence[str] = SHOWN) -> Iterator[list[Callable[[Event], None]]]:
    """Lines of several matches, each begun with its name; yields a listener for each log.

    Args:
        console: for people.
        names: of the matches.
        shown: kinds of events that have a line.
    """
    status = Status("the auditors begin", console=console) if console.is_terminal else None
    board = _Board(console, names, shown, status)
    listeners = [board.listener(number) for number in range(len(names))]
    if status is None:
        yield listeners
    else:
        with status:
            yield listeners
