"""Results of tools for a terminal. What an organism wrote is shown as it is: nothing of it acts on the terminal."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from game.plain_table import plain_table
from transcripts import LEVELS, Block, Cut, Event, Facts, Grid, Part, Parts, Rate, Strip, Texts, Words, blocks, inert

BAR = 30
"""Characters of a rate's bar."""
STRONGEST = 5
"""Tokens of a strip that are told with their numbers."""
SHADES = ("", "on grey11", "on grey19", "on grey23", "on grey30", "on grey35", "on dark_orange3", "on orange3", "bold on orange1")
"""Of a token, from level 0 to `LEVELS`."""


def draw_result(event: Event) -> RenderableType:
    """A result under its number, which a report cites."""
    data = event.data
    failed = bool(data.get("error"))
    head = Text(f"event {event.index} · ", style="bold red" if failed else "bold green") + inert(str(data.get("tool")), "bold")
    head += Text(f" · {data.get('seconds', '?')} s", style="dim")
    content = data.get("content")
    if failed and isinstance(content, dict):
        return Group(head, inert(str(content.get("error")), "red"))
    return Group(head, _draw(blocks(content, Cut())))


def _draw(items: Iterable[Block]) -> RenderableType:
    return Group(*(_ONE[item.kind](item) for item in items))


def _facts(item: Facts) -> RenderableType:
    return inert(item.line, "dim")


def _words(item: Words) -> RenderableType:
    return _named(item.name, [inert(item.text)])


def _texts(item: Texts) -> RenderableType:
    lines = [Text(f"{number}. ", style="dim") + inert(text) for number, text in enumerate(item.texts, 1)]
    return _named(item.name, lines or [Text("none", style="dim")], item.more)


def _rate(item: Rate) -> RenderableType:
    filled, low, high = (round(BAR * share) for share in (item.rate, item.low, item.high))
    bar = "".join("█" if place < filled else "─" if low <= place < high else "·" for place in range(BAR))
    line = inert(item.name.replace("_", " "), "bold") + Text(
        f" {100 * item.rate:.0f} %  {bar}  ({100 * item.low:.0f} to {100 * item.high:.0f} %)"
    )
    return Group(line, Padding(_draw(item.inside), (0, 0, 0, 2)))


def _grid(item: Grid) -> RenderableType:
    table = plain_table(*(column.replace("_", " ") for column in item.columns), gap=2)
    for column, numeric in zip(table.columns, item.numeric, strict=True):
        column.header = inert(str(column.header))
        column.justify = "right" if numeric else "left"
    for row in item.rows:
        table.add_row(*(inert(cell) for cell in row))
    return _named(item.name, [table], item.more)


def _strip(item: Strip) -> RenderableType:
    """The text with its tokens shaded, and the strongest of them with their numbers: not every terminal has shades."""
    # Tokens that are whole words bring no blanks of their own.
    between = Text("" if any(token.text[:1].isspace() for token in item.tokens[1:]) else " ")
    text = between.join(inert(token.text, SHADES[min(token.level, LEVELS)]) for token in item.tokens)
    strongest = sorted(item.tokens, key=lambda token: -abs(token.value))[:STRONGEST]
    numbers = ", ".join(f"{token.text!r} {token.value:.4g}" for token in strongest if token.value)
    return _named(item.name, [text, inert(f"{item.measure}: {numbers or '0 everywhere'}", "dim")], item.more)


def _part(item: Part) -> RenderableType:
    return _named(item.name, [_draw(item.inside)])


def _parts(item: Parts) -> RenderableType:
    rows: list[RenderableType] = []
    for number, part in enumerate(item.items, 1):
        rows += [Text(f"{number}.", style="dim"), Padding(_draw(part), (0, 0, 0, 2))]
    return _named(item.name, rows, item.more)


def _named(name: str, rows: Sequence[RenderableType], more: int = 0) -> RenderableType:
    left = [Text(f"… and {more} more", style="dim")] if more else []
    if not name:
        return Group(*rows, *left)
    return Group(inert(name.replace("_", " "), "bold"), Padding(Group(*rows, *left), (0, 0, 0, 2)))


_ONE: dict[str, Callable[[Any], RenderableType]] = {
    Facts.kind: _facts,
    Words.kind: _words,
    Texts.kind: _texts,
    Rate.kind: _rate,
    Grid.kind: _grid,
    Strip.kind: _strip,
    Part.kind: _part,
    Parts.kind: _parts,
}
