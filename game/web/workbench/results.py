"""What a tool gave back, in the parts that a page draws: a shape has its own, all else is drawn in blocks. It writes no markup."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import JsonValue

from game.web.workbench.found import Seeker, seeker
from transcripts import Block, Cut, Facts, Piece, Rate, blocks

SHORT = Cut(characters=3000, length=24)
"""What a feed shows of a result; its own page shows all."""
_Object = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Said:
    """Texts that one side of a conversation said."""

    name: str
    """Whose they are, where that is not plain."""
    texts: tuple[str, ...]
    more: int
    """Left out."""


@dataclass(frozen=True)
class Talk:
    """A message and what was answered to it."""

    kind: ClassVar[str] = "talk"
    asked: str
    """Empty where the model began."""
    begun: str
    """What the reply was made to begin with."""
    answers: tuple[Said, ...]


@dataclass(frozen=True)
class Arm:
    """A rate with its interval."""

    name: str
    rate: float
    low: float
    high: float
    counted: str


@dataclass(frozen=True)
class Trial:
    """An experiment: two rates, and whether they differ."""

    kind: ClassVar[str] = "trial"
    prediction: str
    arms: tuple[Arm, ...]
    verdict: str


@dataclass(frozen=True)
class Document:
    """A training text."""

    kind: ClassVar[str] = "document"
    facts: str
    pieces: tuple[Piece, ...]
    """Those that are quoted are what was looked for."""


@dataclass(frozen=True)
class Rest:
    """All that has no shape of its own."""

    kind: ClassVar[str] = "rest"
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Left:
    """How many items of a list are not shown."""

    kind: ClassVar[str] = "left"
    count: int


Part = Talk | Trial | Document | Rest | Left
_Drawn = tuple[list[Part], set[str]]
"""Parts, and the names in the result that they show."""


def drawn(content: JsonValue, arguments: _Object, cut: Cut = SHORT) -> tuple[Part, ...]:
    """The parts of a result.

    Args:
        content: as logged.
        arguments: of the call.
        cut: what is left out.
    """
    if not isinstance(content, dict):
        return (Rest(blocks(content, cut)),)
    parts: list[Part] = []
    shown: set[str] = set()
    for shape in SHAPES:
        found, names = shape(content, arguments, cut)
        parts += found
        shown |= names
    rest = blocks({name: value for name, value in content.items() if name not in shown}, cut)
    return (*((Rest(rest),) if rest and parts else ()), *parts) if parts else (Rest(rest),)


def is_cut(content: JsonValue, arguments: _Object) -> bool:
    """Whether a feed leaves something of a result out."""
    return drawn(content, arguments) != drawn(content, arguments, Cut())


def _replies(content: _Object, arguments: _Object, cut: Cut) -> _Drawn:  # noqa: ARG001 - as all shapes
    """What was answered to each of several prompts: plainly, under several conditions, or several times each."""
    replies = content.get("replies")
    if not isinstance(replies, list) or not all(_is_reply(item) for item in replies):
        return [], set()
    kept, more = cut.items(replies)
    start = content.get("start")
    begun = start if isinstance(start, str) else ""
    talks: list[Part] = [Talk(cut.text(str(item["prompt"])), begun, tuple(_answers(item, cut))) for item in kept if isinstance(item, dict)]
    return [*talks, *_left(more)], {"replies"} | ({"start"} if begun else set())


def _is_reply(item: JsonValue) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("prompt"), str) or len(item) < 2:
        return False
    return all(
        _is_texts(value) or (isinstance(value, list) and all(_is_texts(one) for one in value))
        for name, value in item.items()
        if name != "prompt"
    )


def _answers(item: _Object, cut: Cut) -> Iterator[Said]:
    sides = [(name, value) for name, value in item.items() if name != "prompt" and isinstance(value, list)]
    for name, value in sides:
        if _is_texts(value):
            yield _said("" if len(sides) == 1 else name, value, cut)
        else:
            yield from (
                _said(f"{name.removeprefix('by_')} {number}", texts, cut)
                for number, texts in enumerate(value, 1)
                if isinstance(texts, list)
            )


def _said(name: str, texts: Sequence[JsonValue], cut: Cut) -> Said:
    kept, more = cut.items(texts)
    return Said(name.replace("_", " "), tuple(cut.text(str(text)) for text in kept), more)


def _reply(content: _Object, arguments: _Object, cut: Cut) -> _Drawn:
    """One reply in a conversation."""
    reply, message = content.get("reply"), arguments.get("message")
    if not isinstance(reply, str) or "conversation" not in content:
        return [], set()
    return [Talk(cut.text(message) if isinstance(message, str) else "", "", (_said("", [reply], cut),))], {"reply"}


def _samples(content: _Object, arguments: _Object, cut: Cut) -> _Drawn:  # noqa: ARG001 - as all shapes
    """What the model wrote of itself, or went on with."""
    samples, text = content.get("samples"), content.get("text")
    if not isinstance(samples, list) or not _is_texts(samples):
        return [], set()
    return [Talk("", cut.text(text) if isinstance(text, str) else "", (_said("", samples, cut),))], {"samples", "text"}


def _documents(content: _Object, arguments: _Object, cut: Cut) -> _Drawn:
    """Training texts, with what was looked for marked in them."""
    documents = content.get("documents")
    if not isinstance(documents, list) or not documents or not all(_is_document(item) for item in documents):
        return [], set()
    kept, more = cut.items(documents)
    sought = seeker(arguments)
    shown: list[Part] = [_document(item, sought, cut) for item in kept if isinstance(item, dict)]
    return [*shown, *_left(more)], {"documents"}


def _is_document(item: JsonValue) -> bool:
    return (
        isinstance(item, dict) and isinstance(item.get("text"), str) and not any(isinstance(value, dict | list) for value in item.values())
    )


def _document(item: _Object, sought: Seeker, cut: Cut) -> Document:
    others = blocks({name: value for name, value in item.items() if name != "text"}, cut)
    facts = " · ".join(block.line for block in others if isinstance(block, Facts))
    return Document(facts, tuple(sought(cut.text(str(item["text"])))))


def _trial(content: _Object, arguments: _Object, cut: Cut) -> _Drawn:  # noqa: ARG001 - as all shapes
    """An experiment; its examples stay for the blocks."""
    arms = [arm for name in ("treatment", "control") if (arm := _arm(name, content.get(name))) is not None]
    p_value = content.get("p_value")
    if len(arms) != 2 or not _is_number(p_value):
        return [], set()
    prediction = content.get("prediction")
    said = prediction if isinstance(prediction, str) else ""
    trial = Trial(said, tuple(arms), chance(float(str(p_value)), arms[0].rate, arms[1].rate))
    examples: list[Part] = []
    for arm in arms:
        held = content[arm.name]
        if isinstance(held, dict):
            inside: dict[str, JsonValue] = {
                name: value for name, value in held.items() if isinstance(value, list) and value and name != "interval"
            }
            examples += [Rest(blocks({arm.name: inside}, cut))] if inside else []
    return [trial, *examples], {"treatment", "control", "p_value", "prediction"}


def _arm(name: str, held: JsonValue) -> Arm | None:
    rate = next(iter(blocks({name: held}, Cut())), None)
    if not isinstance(rate, Rate) or not isinstance(held, dict):
        return None
    fired, replies = held.get("fired"), held.get("replies")
    return Arm(name, rate.rate, rate.low, rate.high, f"{fired} of {replies}" if _is_number(fired) and _is_number(replies) else "")


def chance(p_value: float, treated: float, control: float) -> str:
    """What a p-value says, in words.

    Args:
        p_value: of the difference.
        treated: rate under treatment.
        control: rate under control.
    """
    if treated == control:
        return "There is no difference."
    if p_value >= 0.05:
        return f"Chance alone shows as large a difference in about {round(100 * p_value)} of 100 such experiments: this tells nothing."
    direction = "more" if treated > control else "less"
    if p_value < 1e-6:
        return f"It shows {direction} often under treatment: chance alone does this less than once in a million such experiments."
    return f"It shows {direction} often under treatment: chance alone does this in about 1 of {_round(1 / p_value):,} such experiments."


def _round(count: float) -> int:
    """To two figures: nobody counts further."""
    digits: int = 10 ** max(0, math.floor(math.log10(count)) - 1)
    return round(count / digits) * digits


def _left(count: int) -> list[Part]:
    return [Left(count)] if count else []


def _is_texts(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(float(str(value)))


SHAPES: tuple[Callable[[_Object, _Object, Cut], _Drawn], ...] = (_replies, _reply, _samples, _documents, _trial)
"""What is looked for in a result, one after the other."""
