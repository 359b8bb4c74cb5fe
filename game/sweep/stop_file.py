"""Stops the matches of a sweep wherever they are played: by a file in its folder, which every worker looks for. It decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transcripts import Event


class SweepStoppedError(RuntimeError):
    """The sweep was stopped; the message says why. The match that it stops is resumable."""


@dataclass(frozen=True)
class StopFile:
    """The file `stop` in a sweep's folder; it holds the reason."""

    folder: Path

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.folder / "stop"

    def ask(self, reason: str) -> None:
        """Ask all workers to stop: each match ends with its next event, so that an answer that is paid for is still logged."""
        partial = self.path.with_name("stop.partial")
        partial.write_text(reason, encoding="utf-8")
        partial.replace(self.path)

    def clear(self) -> None:
        """Let matches be played again."""
        self.path.unlink(missing_ok=True)

    def reason(self) -> str:
        """Why it was asked to stop; empty if it was not."""
        return self.path.read_text(encoding="utf-8") if self.path.exists() else ""

    def listener(self) -> Callable[[Event], None]:
        """What a match's log is to tell each event; it raises `SweepStoppedError`, once."""
        told = False

        def listen(event: Event) -> None:  # noqa: ARG001 - what happened does not matter
            nonlocal told
            if not told and (reason := self.reason()):
                told = True  # the next event notes this very error
                raise SweepStoppedError(reason)

        return listen
