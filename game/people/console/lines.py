"""Where the console's lines come from: a terminal with completion and history, or whatever is piped in. It knows no command."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer
from prompt_toolkit.history import FileHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output

HISTORY = "console_history"
"""File in the run's folder."""
LONGEST = 100_000
"""Characters of a line that is taken; longer texts belong into the report's file."""
KEPT = 4000
"""Characters of a line that the history keeps."""
TOO_LONG = f"that is longer than {LONGEST:,} characters, and was not taken"


class Lines(Protocol):
    """Gives one line after the other."""

    interactive: bool
    """Whether somebody sits before it who can be asked."""

    async def read(self, prompt: str) -> str:
        """The next line.

        Raises:
            EOFError: there is none any more.
            KeyboardInterrupt: the line is given up.
        """
        ...


class PipedLines:
    """Lines of a file or a pipe."""

    interactive = False

    def __init__(self, source: TextIO | None = None) -> None:
        self._source = source or sys.stdin

    async def read(self, prompt: str) -> str:  # noqa: ARG002
        """See `Lines`."""
        line: str = await asyncio.to_thread(self._source.readline)
        if not line:
            raise EOFError
        return line.removesuffix("\n")


class TerminalLines:
    """Lines that are typed.

    Args:
        folder: of the run; the history lies in it.
        completer: of commands and arguments.
        toolbar: what stands below, asked again each second.
        say: tells the player something.
        given: where keys come from; the terminal if not given.
        shown: where the line is drawn.
    """

    interactive = True

    def __init__(
        self,
        folder: Path,
        completer: Completer,
        toolbar: Callable[[], str],
        say: Callable[[str], None],
        *,
        given: Input | None = None,
        shown: Output | None = None,
    ) -> None:
        self._session: PromptSession[str] = PromptSession(
            history=_History(str(folder / HISTORY)),
            completer=completer,
            complete_while_typing=False,
            bottom_toolbar=toolbar,
            refresh_interval=1.0,
            key_bindings=_bindings(say),
            input=given,
            output=shown,
        )

    async def read(self, prompt: str) -> str:
        """See `Lines`."""
        return await self._session.prompt_async(prompt)


class _History(FileHistory):
    def store_string(self, string: str) -> None:
        """Keep a line, if it is not one that nobody would look for again."""
        if len(string) <= KEPT:
            super().store_string(string)


def _bindings(say: Callable[[str], None]) -> KeyBindings:
    """What is pasted is taken up to a length: the terminal would draw the whole of it, again with each key."""
    bindings = KeyBindings()

    @bindings.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        if len(event.data) > LONGEST:
            say(TOO_LONG)
        else:
            event.current_buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    return bindings
