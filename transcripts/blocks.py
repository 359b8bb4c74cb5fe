"""What a tool gave back, as blocks that can be drawn: told apart by their shape, never by the tool. It draws nothing."""

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import ClassVar

from pydantic import JsonValue

from transcripts.cutting import Cut

LEVELS = 8
"""Steps of a colour."""
SHORT = 60
"""Characters of a value that stands in a line with others."""
DEPTH = 8
"""Levels of nested objects that are drawn."""
_Object = dict[str, JsonValue]


@dataclass(frozen=True)
class Facts:
    """Names with short values."""

    kind: ClassVar[str] = "facts"
    items: tuple[tuple[str, str], ...]

    @property
    def line(self) -> str:
        """All in one line."""
        return " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.items)


@dataclass(frozen=True)
class Words:
    """A text under its name."""

    kind: ClassVar[str] = "words"
    name: str
    text: str


@dataclass(frozen=True)
class Texts:
    """A list of texts."""

    kind: ClassVar[str] = "texts"
    name: str
    texts: tuple[str, ...]
    more: int
    """Left out."""


@dataclass(frozen=True)
class Rate:
    """A share with its interval, and whatever else stands with it."""

    kind: ClassVar[str] = "rate"
    name: str
    rate: float
    low: float
    high: float
    inside: tuple["Block", ...]


@dataclass(frozen=True)
class Grid:
    """A list of objects with short values."""

    kind: ClassVar[str] = "grid"
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    """Of each column."""
    more: int


@dataclass(frozen=True)
class Token:
    """A token in its text."""

    text: str
    value: float
    level: int
    """Its value against the greatest, from 0 to `LEVELS`."""


@dataclass(frozen=True)
class Strip:
    """Tokens of a text with a number each."""

    kind: ClassVar[str] = "strip"
    name: str
    measure: str
    tokens: tuple[Token, ...]
    more: int


@dataclass(frozen=True)
class Part:
    """Blocks under a name; a list's objects have a number for their name."""

    kind: ClassVar[str] = "part"
    name: str
    inside: tuple["Block", ...]


@dataclass(frozen=True)
class Parts:
    """A list of objects that hold more than short values."""

    kind: ClassVar[str] = "parts"
    name: str
    items: tuple[tuple["Block", ...], ...]
    more: int


Block = Facts | Words | Texts | Rate | Grid | Strip | Part | Parts


def blocks(content: JsonValue, cut: Cut) -> tuple[Block, ...]:
    """The blocks of a result, or of a call's arguments.

    Args:
        content: as logged.
        cut: what is left out.
    """
    return tuple(_object(content, cut, DEPTH) if isinstance(content, dict) else _named("", content, cut, DEPTH))


def _object(content: _Object, cut: Cut, depth: int, long: Set[str] = frozenset()) -> Iterator[Block]:
    """Short values first, together; then each other value in its order, also those that are `long` elsewhere."""
    short = {name: value for name, value in content.items() if _is_short(value) and name not in long}
    if short:
        yield Facts(tuple((name, plain_value(value)) for name, value in short.items()))
    labels = content.get("features")
    strips = labels if isinstance(labels, list) and isinstance(content.get("tokens"), list) else None
    for name, value in content.items():
        if name in short or value is None or (strips is not None and name == "features"):
            continue
        if name == "tokens" and strips is not None:
            yield from _strips([f"feature {plain_value(label)}" for label in strips], value, cut)
        else:
            yield from _named(name, value, cut, depth)


def _named(name: str, value: JsonValue, cut: Cut, depth: int) -> Iterator[Block]:
    if not depth:
        yield Words(name, "(nested too deep)")
    elif isinstance(value, dict):
        inside = {key: item for key, item in value.items() if key not in ("rate", "interval")}
        if (rate := _rate(name, value, tuple(_object(inside, cut, depth - 1)))) is not None:
            yield rate
        elif value:
            yield Part(name, tuple(_object(value, cut, depth - 1)))
    elif isinstance(value, list):
        yield _list(name, value, cut, depth)
    else:
        yield Words(name, cut.text(plain_value(value)))


def _list(name: str, value: Sequence[JsonValue], cut: Cut, depth: int) -> Block:
    kept, more = cut.items(value)
    objects = [item for item in kept if isinstance(item, dict)]
    if len(objects) != len(kept) or not objects:
        plain = all(not isinstance(item, dict | list) for item in kept)
        texts = tuple(cut.text(plain_value(item)) for item in kept) if plain else ()
        return Texts(name, texts, more) if plain else Parts(name, tuple(tuple(_named("", item, cut, depth - 1)) for item in kept), more)
    if (strip := _strip(name, "", objects, more)) is not None:
        return strip
    if all(_is_short(item) for row in objects for item in row.values()):
        return _grid(name, objects, more)
    long = {key for row in objects for key, item in row.items() if isinstance(item, str) and not _is_short(item)}
    return Parts(name, tuple(tuple(_object(item, cut, depth - 1, long)) for item in objects), more)


def _rate(name: str, value: _Object, inside: tuple[Block, ...]) -> Rate | None:
    rate, interval = value.get("rate"), value.get("interval")
    if not _is_number(rate) or not isinstance(interval, list) or len(interval) != 2 or not all(_is_number(end) for end in interval):
        return None
    low, high = (min(1.0, max(0.0, _float(end))) for end in interval)
    return Rate(name, min(1.0, max(0.0, _float(rate))), low, high, inside)


def _grid(name: str, rows: Sequence[_Object], more: int) -> Grid:
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    return Grid(
        name,
        columns,
        tuple(tuple(plain_value(row.get(column)) for column in columns) for row in rows),
        tuple(all(row.get(column) is None or _is_number(row.get(column)) for row in rows) for column in columns),
        more,
    )


def _strips(names: Sequence[str], value: JsonValue, cut: Cut) -> Iterator[Block]:
    """One strip for each number that the tokens carry together."""
    rows, more = cut.items(value if isinstance(value, list) else [])
    for place, name in enumerate(names):
        found = [{"token": row.get("token"), "activation": _at(row.get("activations"), place)} for row in rows if isinstance(row, dict)]
        if (strip := _strip(name, "activation", found, more)) is not None:
            yield strip


def _strip(name: str, measure: str, rows: Sequence[Mapping[str, JsonValue]], more: int) -> Strip | None:
    """A strip, if each row is a token of a running text with one number beside its place."""
    if not all(isinstance(row.get("token"), str) for row in rows):
        return None
    names = {key for row in rows for key in row} - {"token", "position"}
    if len(names) != 1 or not all(_is_number(row.get(key)) for row in rows for key in names):
        return None
    (only,) = names
    values = [_float(row[only]) for row in rows]
    most = max((abs(value) for value in values), default=0.0) or 1.0
    tokens = tuple(Token(str(row["token"]), value, round(LEVELS * abs(value) / most)) for row, value in zip(rows, values, strict=True))
    return Strip(name, measure or only, tokens, more)


def _at(values: JsonValue, place: int) -> JsonValue:
    return values[place] if isinstance(values, list) and place < len(values) else None


def _is_short(value: JsonValue) -> bool:
    """Whether a value fits into a cell: a number, a word, or some of them."""
    if isinstance(value, str):
        return len(value) <= SHORT and "\n" not in value
    if isinstance(value, list):
        return 0 < len(value) <= 3 and all(_is_number(item) for item in value)
    return value is not None and not isinstance(value, dict)


def plain_value(value: JsonValue) -> str:
    """A value for people: numbers without needless places."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(plain_value(item) for item in value)
    return "" if value is None else str(value)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(_float(value))


def _float(value: JsonValue) -> float:
    return float(str(value))
