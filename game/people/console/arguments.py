"""Reads the arguments of a tool as people type them: `chat how are you? samples=3 system="Be brief."`. It runs nothing."""

import json
import re
from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue, ValidationError

from game.people.console.parameters import Parameter, main_parameter, parameters
from tools import Tool
from transcripts import describe

_NAME = re.compile(r"([A-Za-z_]\w*)=(?!=)")
_LATER = re.compile(r"(?<=\s)([A-Za-z_]\w*)=(?=\S)(?!=)")
_TRUE, _FALSE = ("yes", "true", "y"), ("no", "false", "n")
_PARTS = {"list of texts": "text", "list of whole numbers": "whole number"}


class TypingError(ValueError):
    """What was typed cannot be read; the message says what to type instead."""


def read_arguments(tool: Tool, line: str) -> dict[str, JsonValue]:
    """The arguments that a line gives to a tool, checked as the tool itself does.

    Args:
        tool: whose arguments they are.
        line: what was typed behind its name: `name=value`, where a value is a word, a quoted text or JSON. A text needs no quotes
            where it ends with the line or before the next name; the tool's main argument needs no name.

    Raises:
        TypingError: it cannot be read, or the tool does not take it.
    """
    known = parameters(tool)
    given = _Typed(tool.name, known, line).read()
    try:
        tool.parameters.model_validate(given)
    except ValidationError as error:
        raise TypingError(f"{tool.name}: {describe(error)} (see: help {tool.name})") from error
    return given


class _Typed:
    """A line that is being read."""

    def __init__(self, tool: str, known: dict[str, Parameter], line: str) -> None:
        self._tool, self._known, self._line, self._at = tool, known, line, 0
        self._given: dict[str, JsonValue] = {}

    def read(self) -> dict[str, JsonValue]:
        while self._skip():
            named = _NAME.match(self._line, self._at)
            if named:
                self._at = named.end()
                self._give(self._parameter(named.group(1)))
            else:
                self._give(self._main())
        return self._given

    def _skip(self) -> bool:
        while self._at < len(self._line) and self._line[self._at].isspace():
            self._at += 1
        return self._at < len(self._line)

    def _parameter(self, name: str) -> Parameter:
        if name not in self._known:
            takes = ", ".join(self._known) or "no argument"
            raise TypingError(f"{self._tool} has no argument {name!r}; it takes {takes} (quote a text in which {name}= stands)")
        return self._known[name]

    def _main(self) -> Parameter:
        main = main_parameter(list(self._known.values()))
        if main is None or main.name in self._given:
            rest = self._line[self._at :][:40]
            takes = ", ".join(f"{name}=" for name in self._known)
            what = f"give each argument with its name ({takes})" if takes else f"{self._tool} takes no argument"
            raise TypingError(f"{self._tool}: what is {rest!r}? {what}; a text with blanks and = in it needs quotes")
        return main

    def _give(self, parameter: Parameter) -> None:
        if parameter.name in self._given:
            raise TypingError(f"{self._tool}: {parameter.name} is given twice")
        self._given[parameter.name] = self._value(parameter)

    def _value(self, parameter: Parameter) -> JsonValue:
        first = self._line[self._at : self._at + 1]
        if first and first in "[{" and (parameter.kind == "JSON" or parameter.kind in _PARTS):
            return self._json(parameter)
        if first and first in "\"'":
            return self._converted(parameter, self._quoted(first))
        return self._converted(parameter, self._bare(parameter))

    def _json(self, parameter: Parameter) -> JsonValue:
        try:
            value, self._at = json.JSONDecoder().raw_decode(self._line, self._at)
        except (json.JSONDecodeError, RecursionError) as error:
            where = f" at character {error.pos + 1} of what follows the name" if isinstance(error, json.JSONDecodeError) else ""
            raise TypingError(f'{self._tool}: {parameter.name} is no JSON{where}; a list looks like ["one", "two"]') from error
        found: JsonValue = value
        return found

    def _quoted(self, mark: str) -> str:
        """A text in quotes; a backslash takes the next character as it is, but for a new line (n) and a tabulator (t)."""
        at, text = self._at + 1, list[str]()
        while at < len(self._line) and self._line[at] != mark:
            if self._line[at] == "\\" and at + 1 < len(self._line):
                at += 1
                text.append({"n": "\n", "t": "\t"}.get(self._line[at], self._line[at]))
            else:
                text.append(self._line[at])
            at += 1
        if at >= len(self._line):
            raise TypingError(f"{self._tool}: a text that begins with {mark} does not end; close it with {mark}")
        self._at = at + 1
        return "".join(text)

    def _bare(self, parameter: Parameter) -> str:
        """A value without quotes: one word, or for a text all until the next name."""
        rest = self._line[self._at :]
        if parameter.kind in ("text", "list of texts") and not parameter.choices:
            later = _LATER.search(rest)
            if later is not None:
                self._parameter(later.group(1))
            end = later.start() if later is not None else len(rest)
        else:
            word = re.match(r"\S*", rest)
            end = word.end() if word else 0
        self._at += end
        return rest[:end].rstrip()

    def _converted(self, parameter: Parameter, text: str) -> JsonValue:
        if parameter.nullable and text == "null":
            return None
        if parameter.kind in _PARTS:
            parts: Sequence[str] = [text] if parameter.kind == "list of texts" else text.split(",")
            return [self._single(parameter, _PARTS[parameter.kind], part) for part in parts]
        return self._single(parameter, parameter.kind, text)

    def _single(self, parameter: Parameter, kind: str, text: str) -> JsonValue:
        expected = TypingError(f"{self._tool}: {parameter.name} is a {kind}, not {text[:40]!r}")
        if kind == "text":
            return text
        if kind == "yes or no":
            if text.lower() not in (*_TRUE, *_FALSE):
                raise TypingError(f"{self._tool}: {parameter.name} is yes or no, not {text[:40]!r}")
            return text.lower() in _TRUE
        try:
            value: Any = int(text) if kind == "whole number" else float(text) if kind == "number" else json.loads(text)
        except (ValueError, RecursionError) as error:
            raise expected from error
        found: JsonValue = value
        return found
