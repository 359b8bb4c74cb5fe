"""The page of one run: report, truth once scored, hypotheses, costs, timeline. It computes no score and opens no truth."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue

from game.commands.costs import dollars
from game.costs import costs
from game.panel import POINTS
from game.run_summary import summary
from game.score import Score
from game.version import package_version
from game.view.asked import Asked, read_asked
from game.view.claims import Citation, claims
from game.view.probabilities import clock, figure
from game.view.rendering import render, save
from tools import Tally, Used
from transcripts import (
    Cut,
    Event,
    LogError,
    Marks,
    Report,
    RunFolder,
    Turn,
    blocks,
    brief_arguments,
    brief_result,
    events_so_far,
    pause_words,
    resumed_words,
    timeline,
)

PAGE = "view.html"
"""Beside a run's other files."""
ITEMS, CHARACTERS = 8_000, 1_500_000
"""Items of lists, and characters of texts, that all calls of a page share: a browser opens what holds more than these slowly."""
FEWEST, MOST = (240, 4), (1200, 25)
"""Characters of each text and items of each list, however many calls there are. What a claim quotes is shown whole."""
KINDS = {
    "says": "says",
    "thinks": "thinks",
    "hypothesis": "hypothesis",
    "note": "note",
    "message": "game",
    "compacted": "game",
    "report": "report",
    "outcome": "ended",
    "paused": "game",
    "resumed": "game",
}
"""Words for the steps that are no calls."""


def write_page(run: RunFolder, path: Path | None = None, *, full: bool = False, index: str = "") -> Path:
    """Write the page of a run.

    Args:
        run: finished or not; its log's chain is checked.
        path: of the page; beside the run's other files if not given.
        full: show results whole, not only their beginnings and what claims quote.
        index: link to the page of all runs; empty for none.

    Returns:
        Where the page is.

    Raises:
        RecordError: one of the run's files cannot be read.
    """
    path = path or run.path / PAGE
    save(run_page(run, full=full, index=index), path)
    return path


def run_page(run: RunFolder, *, full: bool = False, index: str = "") -> str:
    """The page of a run as HTML; see `write_page`."""
    events, problem = _events(run)
    asked = read_asked(run)
    score = Score.read(run.score) if run.score.exists() else None
    found = claims(Report.read(run.report), events, score) if run.report.exists() else None
    held = found.held() if found else {}
    turns = timeline(events, keep=held)
    used = Tally().used([event for event in events if event.kind != "outcome"])
    first_right = score.first_right.event if score and score.first_right else None
    return render(
        "run.html.j2",
        summary=summary(run),
        asked=asked,
        members=_members(run, asked),
        problem=problem,
        index=index,
        score=score,
        points=POINTS,
        first_right=first_right is not None,
        claims=found,
        held=held,
        figure=figure(turns, first_right),
        costs=costs(events),
        used=used,
        limits=_limits(asked, used),
        turns=turns,
        tools=_sieves(turns),
        shown={step.event.index for turn in turns for step in turn.steps},
        kinds=KINDS,
        full=full,
        cut=Cut() if full else _cut(used.calls),
        marks_of=_marks,
        blocks=blocks,
        brief_arguments=brief_arguments,
        brief_result=brief_result,
        pause_words=pause_words,
        resumed_words=resumed_words,
        words=_words,
        clock=clock,
        dollars=dollars,
        version=package_version(),
    )


def _events(run: RunFolder) -> tuple[list[Event], str]:
    """The log, or why it cannot be read: the report and the score can be looked at all the same."""
    try:
        return events_so_far(run.events), ""
    except LogError as error:
        return [], str(error)


def _cut(calls: int) -> Cut:
    """What is shown of each list and text, so that a page of many calls opens as fast as one of few."""
    shares = (CHARACTERS // max(calls, 1), ITEMS // max(calls, 1))
    characters, length = (min(max(share, least), most) for share, least, most in zip(shares, FEWEST, MOST, strict=True))
    return Cut(characters=characters, length=length)


def _members(run: RunFolder, asked: Asked) -> list[tuple[str, str]]:
    """Each member of a team with the link to its page; none where its run does not lie beside this one."""
    known = [RunFolder(run.path.parent / name) for name in asked.members]
    return [(member.id, f"../{member.id}/{PAGE}" if member.spec.exists() else "") for member in known]


def _limits(asked: Asked, used: Used) -> list[tuple[str, float, float]]:
    """Each limit with what was used of it."""
    return [(name, getattr(used, name.replace(" ", "_")), limit) for name, limit in asked.budget.limits().items()]


def _sieves(turns: Sequence[Turn]) -> list[str]:
    """What the timeline can be sifted for: tools by name, and other kinds of steps."""
    steps = [step for turn in turns for step in turn.steps]
    tools = {_words(step.event.data.get("tool")) for step in steps if step.kind in ("tool", "unanswered")}
    return sorted(tools | {KINDS[step.kind] for step in steps if step.kind in KINDS})


def _marks(citations: Sequence[Citation]) -> Marks:
    return Marks({citation.number: citation.quotation for citation in citations})


def _words(value: JsonValue) -> str:
    return "" if value is None else str(value)
