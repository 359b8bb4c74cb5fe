"""What a team has done, the latest first, as entries of a page. It draws nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import JsonValue

from game.people.match import PeopleMatch
from game.web.workbench.fields import fields
from game.web.workbench.filled import fill
from game.web.workbench.results import SHORT, Part, drawn, is_cut
from tools import Tool, Workbench
from transcripts import Cut, Event, Step, brief_arguments, timeline

PAGE = 25
"""Entries that a page begins with, and that each further look back adds."""
HIDDEN = ("message", "unanswered")
"""Steps that stand elsewhere on the page: the brief, and calls under way."""


@dataclass(frozen=True)
class Entry:
    """One thing that was done."""

    step: Step
    who: str
    """Who did it; empty for nobody in particular."""
    brief: str = ""
    """A call's arguments in one line."""
    parts: tuple[Part, ...] = ()
    cut: bool = False
    """Whether a part of the result is not shown."""
    problem: str = ""
    """What a failed call says."""
    next_page: dict[str, str] = field(default_factory=dict)
    """The form of the call that gives the next page; empty where there is none."""
    again: bool = False
    """Whether the tool can be called again: it is still granted."""

    @property
    def number(self) -> int:
        """Of the event."""
        return self.step.event.index

    @property
    def tool(self) -> str:
        """That was called; empty for what is no call."""
        return str(self.step.event.data.get("tool", "")) if self.step.kind == "tool" else ""


@dataclass(frozen=True)
class UnderWay:
    """A call whose result is not there yet."""

    tool: str
    who: str
    brief: str
    seconds: float
    """Since it was asked for."""


def under_way(match: PeopleMatch, now: float) -> dict[str, UnderWay]:
    """Calls whose results are not there yet, by id, in their order; the first runs, and the others wait for it.

    Args:
        match: of the team.
        now: seconds since the epoch.
    """
    return {
        name: UnderWay(call.tool, call.who, brief_arguments(call.arguments), max(0.0, now - call.since))
        for name, call in match.running.items()
    }


def entries(bench: Workbench, *, since: int = 0, before: int | None = None, most: int | None = None) -> list[Entry]:
    """What was done, the latest first.

    Args:
        bench: of the match.
        since: only events from this one on.
        before: only events before this one.
        most: how many entries.
    """
    events = bench.log.events
    steps = [step for turn in timeline(events) for step in turn.steps if step.kind not in HIDDEN]
    wanted = [step for step in steps if step.event.index >= since and (before is None or step.event.index < before)]
    names = _names(events)
    latest = sorted(wanted, key=lambda step: -step.event.index)[:most]
    return [_entry(step, names.get(step.event.index, ""), bench) for step in latest]


def entry_of(bench: Workbench, number: int) -> Entry | None:
    """One result whole; null where no result has that number."""
    events = bench.log.events
    if not 0 <= number < len(events) or events[number].kind != "result":
        return None
    steps = (step for turn in timeline(events[: number + 1], keep=[number]) for step in turn.steps)
    return next((_entry(step, _names(events).get(number, ""), bench, Cut()) for step in steps if step.event.index == number), None)


def _names(events: Iterable[Event]) -> dict[int, str]:
    """Who did what, by event: whoever made the call that it came of."""
    who, found = "", {}
    callers: dict[str, str] = {}
    for event in events:
        if event.kind == "call":
            who = callers[str(event.data.get("call"))] = _text(event.data.get("who"))
        elif event.kind == "result":
            found[event.index] = callers.get(str(event.data.get("call")), "")
        else:
            # A note or a hypothesis comes of the call before it: calls are answered one after the other.
            found[event.index] = _text(event.data.get("who")) or who
    return found


def _entry(step: Step, who: str, bench: Workbench, cut: Cut = SHORT) -> Entry:
    if step.kind != "tool":
        return Entry(step, who)
    data, brief = step.event.data, brief_arguments(step.arguments)
    tool = bench.tools.get(str(data.get("tool")))
    content = data.get("content")
    if data.get("error"):
        said = content.get("error") if isinstance(content, dict) else content
        return Entry(step, who, brief, problem=_text(said), again=tool is not None)
    return Entry(
        step,
        who,
        brief,
        drawn(content, step.arguments, cut),
        cut is SHORT and is_cut(content, step.arguments),
        next_page=_next_page(tool, step.arguments, content),
        again=tool is not None,
    )


def _next_page(tool: Tool | None, arguments: dict[str, JsonValue], content: JsonValue) -> dict[str, str]:
    if tool is None or not isinstance(content, dict):
        return {}
    page, pages = content.get("page"), content.get("pages")
    further = content.get("more") is True or (isinstance(page, int) and isinstance(pages, int) and page < pages)
    if not isinstance(page, int) or not further:
        return {}
    return fill(fields(tool.schema), arguments | {"page": page + 1})


def _text(value: JsonValue) -> str:
    return "" if value is None else str(value)
