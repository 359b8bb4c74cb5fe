"""What the player sees: lines, and a pager for what is longer than the screen. It knows no command."""

import click
from rich.console import Console, RenderableType

from transcripts import inert

MARGIN = 3
"""Lines of the screen that stay free."""


class Screen:
    """Shows things.

    Args:
        console: for people.
    """

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, line: str, style: str = "") -> None:
        """One line; what it quotes does not act on the terminal."""
        self.console.print(inert(line, style), soft_wrap=True)

    def wrong(self, line: str) -> None:
        """What is not as it should be, in a sentence."""
        self.say(line, "red")

    def show(self, what: RenderableType) -> None:
        """Something that may be long."""
        if not self.console.is_terminal:
            self.console.print(what)
            return
        with self.console.capture() as capture:
            self.console.print(what)
        text = capture.get()
        if text.count("\n") <= self.console.height - MARGIN:
            self.console.print(what)
        else:
            click.echo_via_pager(text, color=True)
