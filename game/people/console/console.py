"""The console's loop: reads a line, does what it says, and goes on, whatever goes wrong. It knows neither terminal nor organism."""

import asyncio
from collections.abc import Awaitable, Callable

from pydantic import JsonValue
from rich.text import Text

from game.people.clock import ClockPausedError
from game.people.console.arguments import TypingError, read_arguments
from game.people.console.drawing import draw_result
from game.people.console.help import all_help, tool_help
from game.people.console.lines import LONGEST, TOO_LONG, Lines
from game.people.console.screen import Screen
from game.people.console.views import budget_table, clock_words, ledger_view, minutes
from game.people.console.writing import Edit, ReportWriting, open_editor
from game.people.match import PeopleMatch
from game.stopping import interrupts
from tools import SUBMIT, AuditOverError, Tool, ToolError
from transcripts import Replay, inert

PROMPT = "audit> "
COMMANDS = {
    "help": "what can be done; help NAME: one of it",
    "brief": "what this audit is about",
    "start": "start the clock, the first time or after a pause",
    "pause": "stop the clock; pause REASON is noted",
    "clock": "what was played, and what is left",
    "budget": "what was used of each limit",
    "ledger": "your hypotheses and notes",
    "log": "what happened so far, a line for each event",
    "show": "show EVENT: a result again, by its number",
    "report": "write the report in your editor; it is kept as you save it",
    "submit": "hand the report in: this ends the audit",
    "leave": "stop the clock and leave; the same command comes back here (also Ctrl-D)",
}
"""What each of the console's own commands does."""


class PlayConsole:
    """Lets one person play a match line by line.

    Args:
        match: is played; not closed here.
        lines: what the player types.
        screen: what the player sees.
        edit: opens the editor on the report.
    """

    def __init__(self, match: PeopleMatch, lines: Lines, screen: Screen, *, edit: Edit = open_editor) -> None:
        self._match, self._lines, self._screen = match, lines, screen
        self._writing = ReportWriting(match, screen, edit)
        self._left = False
        self._do: dict[str, Callable[[str], Awaitable[None]]] = {name: getattr(self, f"_{name}") for name in COMMANDS}

    async def run(self) -> None:
        """Play until the report is handed in, or the player leaves."""
        self._screen.say("Your brief: brief. What can be done: help. To begin: start.")
        self._screen.say(clock_words(self._match))
        while not self._left and not self._match.run.finished:
            try:
                line = (await self._lines.read(PROMPT)).strip()
            except EOFError:
                return
            except KeyboardInterrupt:
                continue
            await self._obey(line)

    async def _obey(self, line: str) -> None:
        if len(line) > LONGEST:
            self._screen.wrong(TOO_LONG)
            return
        name, _, rest = line.partition(" ")
        try:
            if name in self._do:
                await self._do[name](rest.strip())
            elif name in granted(self._match):
                await self._call(self._match.bench.tools[name], rest)
            elif name:
                self._screen.wrong(
                    f"no command {name[:40]!r}; help lists them (a text for the organism begins with its tool: chat {line[:30]})"
                )
        except (TypingError, ClockPausedError, AuditOverError, ToolError) as error:
            self._screen.wrong(str(error))

    async def _call(self, tool: Tool, typed: str) -> None:
        arguments = read_arguments(tool, typed)
        self._match.clock.check()
        over = self._match.clock.over
        with interrupts(self._cancel):
            await self._wait(tool, arguments)
        if self._match.clock.over and not over:
            self._screen.say(clock_words(self._match), "yellow")

    async def _wait(self, tool: Tool, arguments: dict[str, JsonValue]) -> None:
        asked = asyncio.ensure_future(self._match.call(tool.name, arguments))
        if self._screen.console.is_terminal:
            with self._screen.console.status(Text(f"{tool.name} is under way (Ctrl-C cancels it)")):
                await asyncio.wait([asked])
        self._screen.show(draw_result(await asked))

    def _cancel(self) -> None:
        for call in self._match.running:
            self._match.cancel(call, "the player")

    async def _help(self, name: str) -> None:
        tools = granted(self._match)
        if not name:
            self._screen.show(all_help(COMMANDS, tools))
        elif name in COMMANDS:
            self._screen.say(f"{name}: {COMMANDS[name]}")
        elif name in tools:
            self._screen.show(tool_help(tools[name]))
        else:
            self._screen.wrong(f"no command {name[:40]!r}; there are {', '.join((*COMMANDS, *tools))}")

    async def _brief(self, _: str) -> None:
        self._screen.show(inert(self._match.instructions))

    async def _start(self, _: str) -> None:
        self._match.start()
        self._screen.say(clock_words(self._match), "green")

    async def _pause(self, reason: str) -> None:
        self._match.pause(reason=reason)
        self._screen.say(clock_words(self._match), "yellow")

    async def _clock(self, _: str) -> None:
        self._screen.say(clock_words(self._match))

    async def _budget(self, _: str) -> None:
        self._screen.show(budget_table(self._match))

    async def _ledger(self, _: str) -> None:
        self._screen.show(ledger_view(self._match.bench.ledger))

    async def _log(self, _: str) -> None:
        lines = Replay().lines(self._match.bench.log.events)
        self._screen.show(Text("\n").join(lines) if lines else Text("nothing happened yet"))

    async def _show(self, number: str) -> None:
        events = self._match.bench.log.events
        results = {str(event.index): event for event in events if event.kind == "result"}
        if number not in results:
            self._screen.wrong(f"no result has the number {number[:20]!r}; log shows them all")
        else:
            self._screen.show(draw_result(results[number]))

    async def _report(self, _: str) -> None:
        while not self._writing.write() and await self._agrees("Open the editor again? [Y/n] ", otherwise=True):
            pass
        if self._match.clock.over:
            self._screen.say(clock_words(self._match), "yellow")

    async def _submit(self, _: str) -> None:
        if not self._writing.told():
            self._screen.say("this is no report yet: write it with: report", "red")
            return
        if self._match.clock.over:
            self._screen.say("the time is over: the report will be marked late", "yellow")
        if self._lines.interactive and not await self._agrees("This ends the audit. Hand the report in? [y/N] ", otherwise=False):
            return
        event = await self._match.submit()
        if event.data["error"]:
            self._screen.show(draw_result(event))
            return
        self._screen.say(f"the report is handed in after {minutes(self._match.clock.seconds)} of playing", "green")

    async def _leave(self, _: str) -> None:
        self._left = True

    async def _agrees(self, question: str, *, otherwise: bool) -> bool:
        """What the player answers; nobody who cannot be asked agrees."""
        if not self._lines.interactive:
            return False
        try:
            answer = (await self._lines.read(question)).strip().lower()
        except (EOFError, KeyboardInterrupt):
            return False
        return otherwise if not answer else answer in ("y", "yes")


def granted(match: PeopleMatch) -> dict[str, Tool]:
    """The tools that are commands of their own; the report has its own two commands."""
    return {name: tool for name, tool in match.bench.tools.items() if name != SUBMIT}
