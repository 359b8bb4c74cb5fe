"""Events as lines for a terminal, live or afterwards: one way to show each. It knows no tool and interprets no text."""

import json
from collections.abc import Iterable

from pydantic import JsonValue
from rich.text import Text

from transcripts.events import Event
from transcripts.playing import played_between
from transcripts.text import inert, visible

LINE = 110
"""Characters of one text in a line."""
ARGUMENT = 48
"""Characters of one argument."""
OWN_EVENT = frozenset({"hypothesis", "note", "submit_report"})
"""Tools whose effect is an event of its own; their results are shown only if they failed, or if a report was sent back."""


class Replay:
    """Turns a run's events into lines. It remembers what later events refer to: open calls, hypotheses, the start.

    Args:
        full: show texts whole instead of their beginnings.
    """

    def __init__(self, *, full: bool = False) -> None:
        self._limit = None if full else LINE
        self._calls: dict[str, dict[str, JsonValue]] = {}
        self._probabilities: dict[str, float] = {}
        self._last: Event | None = None
        self._played = 0.0

    def lines(self, events: Iterable[Event]) -> list[Text]:
        """The lines of several events."""
        return [line for event in events for line in self.show(event)]

    def show(self, event: Event) -> list[Text]:
        """The lines of the next event; none for one that only prepares another."""
        if self._last is not None:
            self._played += played_between(self._last, event)
        self._last = event
        body = self._body(event)
        if body is None:
            return []
        clock = Text(f"{int(self._played // 60):3d}:{self._played % 60:04.1f} {event.index:>5} ", style="dim")
        return [clock + body]

    def _body(self, event: Event) -> Text | None:
        show = {
            "match": self._match,
            "turn": self._turn,
            "call": self._call,
            "result": self._result,
            "hypothesis": self._hypothesis,
            "note": self._note,
            "message": self._message,
            "compacted": self._compacted,
            "report": self._report,
            "outcome": self._outcome,
            "paused": self._paused,
            "resumed": self._resumed,
        }[event.kind]
        return show(event.data)

    def _match(self, data: dict[str, JsonValue]) -> Text:
        spec = data.get("spec")
        found = spec if isinstance(spec, dict) else {}
        line = f"{found.get('organism', '?')} under rules {found.get('rules', '?')}"
        if isinstance(origin := found.get("forked_from"), dict):
            line += f", forked from {origin.get('run')} at event {origin.get('event')}"
        return Text("match  ", style="bold") + inert(_flat(line))

    def _paused(self, data: dict[str, JsonValue]) -> Text:
        return inert(_flat(pause_words(data)), "yellow", self._limit)

    def _resumed(self, data: dict[str, JsonValue]) -> Text:
        return inert(_flat(resumed_words(data)), "yellow", self._limit)

    def _message(self, data: dict[str, JsonValue]) -> Text:
        return Text("game   ", style="cyan") + inert(_flat(data.get("text")), "dim", self._limit)

    def _compacted(self, data: dict[str, JsonValue]) -> Text:
        return Text("game   ", style="cyan") + inert(f"the conversation is cut before turn {data.get('turn')}", "dim")

    def _turn(self, data: dict[str, JsonValue]) -> Text | None:
        turn = data.get("turn")
        message = turn.get("message") if isinstance(turn, dict) else None
        text = _flat(message.get("text")) if isinstance(message, dict) else ""
        return Text("says   ", style="bold magenta") + inert(text, limit=self._limit and 3 * self._limit) if text else None

    def _call(self, data: dict[str, JsonValue]) -> None:
        arguments = data.get("arguments")
        self._calls[str(data.get("call"))] = arguments if isinstance(arguments, dict) else {}

    def _result(self, data: dict[str, JsonValue]) -> Text | None:
        tool, failed, content = str(data.get("tool")), bool(data.get("error")), data.get("content")
        arguments = self._calls.pop(str(data.get("call")), {})
        held = isinstance(content, dict) and content.get("accepted") is False
        if tool in OWN_EVENT and not failed and not held:
            return None
        if tool == "think" and not failed:
            return Text("thinks ", style="magenta") + inert(_flat(arguments.get("text")), "italic", self._limit)
        line = Text("tool   ", style="bold green") + inert(_flat(tool), "bold") + Text(" ")
        line += inert(_flat(brief_arguments(arguments)), "dim", self._limit)
        line.append(" → ", style="red" if failed else "green")
        line += inert(_flat(brief_result(content)), "red" if failed else "", self._limit)
        return line + Text(f"  {data.get('seconds', '?')} s", style="dim")

    def _hypothesis(self, data: dict[str, JsonValue]) -> Text:
        name, now = str(data.get("id")), _number(data.get("probability"))
        before = self._probabilities.get(name)
        self._probabilities[name] = now
        if data.get("status") == "dropped":
            sign, style, odds = "✗", "red", "dropped"
        elif before is None:
            sign, style, odds = "+", "blue", f"{now:.2f}"
        else:
            sign, style = ("▲", "green") if now > before else ("▼", "red") if now < before else ("=", "blue")
            odds = f"{before:.2f} → {now:.2f}"
        return Text(f"guess  {sign} ", style=f"bold {style}") + inert(f"{_flat(name)} {odds}  ", style) + self._text(data.get("statement"))

    def _note(self, data: dict[str, JsonValue]) -> Text:
        return Text("note   ", style="yellow") + self._text(data.get("text"))

    def _report(self, data: dict[str, JsonValue]) -> Text:
        behaviours = data.get("behaviours")
        count = len(behaviours) if isinstance(behaviours, list) else 0
        claim = "a hidden objective is claimed" if data.get("objective_found") else "no hidden objective is claimed"
        return Text("report ", style="bold") + Text(f"{claim}, {count} behaviours: ") + self._text(data.get("root_cause"))

    def _outcome(self, data: dict[str, JsonValue]) -> Text:
        kind, reason = str(data.get("kind")), str(data.get("reason") or "")
        style = "bold green" if kind == "scored" else "bold red"
        return Text("ended  ", style=style) + inert(_flat(f"{kind}: {reason}" if reason else kind), style, self._limit and 3 * self._limit)

    def _text(self, value: JsonValue) -> Text:
        return inert(_flat(value), limit=self._limit)


def pause_words(data: dict[str, JsonValue]) -> str:
    """That the clock was stopped, by whom and why, as far as it is known."""
    who, reason = data.get("who"), data.get("reason")
    return f"paused{f' by {who}' if who else ''}{f': {reason}' if reason else ''}"


def resumed_words(data: dict[str, JsonValue]) -> str:
    """That a match goes on, and who started its clock again."""
    return f"started again by {data['who']}" if data.get("who") else "resumed after a stop"


def brief_arguments(arguments: dict[str, JsonValue]) -> str:
    """Arguments in one short line: lists by their first item and how many more."""
    return " ".join(f"{name}={_argument(value)}" for name, value in arguments.items() if value is not None)


def _argument(value: JsonValue) -> str:
    if isinstance(value, list) and value:
        more = f" +{len(value) - 1}" if len(value) > 1 else ""
        return f"[{_argument(value[0])}{more}]"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= ARGUMENT else f"{text[:ARGUMENT]}…"


def brief_result(content: JsonValue) -> str:
    """A result in one short line: its numbers and rates, how many of what, and its first text."""
    if not isinstance(content, dict):
        return _flat(content)
    if isinstance(content.get("error"), str):
        return _flat(content["error"])
    parts = []
    for name, value in content.items():
        if isinstance(value, dict) and "rate" in value:
            parts.append(f"{name} {value['rate']}")
        elif isinstance(value, bool | int | float):
            parts.append(f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}")
        elif isinstance(value, list):
            parts.append(f"{len(value)} {name}")
    text = next((_flat(item) for value in content.values() if isinstance(value, list) for item in _texts(value)), "")
    return ", ".join(parts) + (f": {visible(text, ARGUMENT)}" if text else "")


def _texts(value: JsonValue) -> Iterable[str]:
    """Texts of a result that somebody wrote: samples and documents before ids and names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name in ("samples", "text", "strongest_token"):
            if name in value:
                yield from _texts(value[name])


def _flat(value: JsonValue) -> str:
    return " ".join(str(value or "").split())


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
