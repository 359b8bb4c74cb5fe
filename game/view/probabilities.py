"""The ledger's probabilities over time, as the geometry of a figure. It draws nothing and takes no colour: themes do."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from transcripts import Event, Step, Turn

WIDTH, HEIGHT = 720.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 36.0, 40.0, 10.0, 30.0
"""Margins."""
COLOURS = 6
"""Hypotheses with a colour of their own: the most probable; all others share one."""
LABEL = 12.0
"""Height of a label at the end of a line."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000, 86400)
"""Seconds between marks of the time axis."""
MARKS = 7
"""Marks at most."""


@dataclass(frozen=True)
class Guess:
    """One hypothesis."""

    id: str
    statement: str
    probability: float
    """The last."""
    dropped: bool
    changes: int
    speaks_for: tuple[int, ...]
    against: tuple[int, ...]
    """Indexes of events."""
    colour: int
    """From 1 the more probable; 0 is the common one."""
    path: str
    end: tuple[float, float]
    """Where its line ends."""
    label: float
    """Height at which its name can stand without covering another's."""


@dataclass(frozen=True)
class Figure:
    """The figure; lengths are in its own units."""

    guesses: tuple[Guess, ...]
    """The most probable first."""
    times: tuple[tuple[float, str], ...]
    shares: tuple[tuple[float, str], ...]
    first_right: float | None
    """Where the right evaluator was first held probable; null without a score, or when it never was."""
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM
    top: float = TOP


def figure(turns: Sequence[Turn], first_right: int | None) -> Figure | None:
    """The figure of a run; null if it never had a hypothesis.

    Args:
        turns: of the run.
        first_right: index of the event at which the right evaluator was first held probable.
    """
    steps = [step for turn in turns for step in turn.steps]
    changes: dict[str, list[Step]] = {}
    for step in steps:
        if step.kind == "hypothesis":
            changes.setdefault(str(step.event.data.get("id")), []).append(step)
    if not changes:
        return None
    end = max(steps[-1].played, 1.0)
    ranked = sorted(changes, key=lambda name: (_dropped(changes[name][-1].event), -_probability(changes[name][-1].event)))
    labels = _apart([_y(_probability(changes[name][-1].event)) for name in ranked[:COLOURS]])
    right = next((step for step in steps if step.event.index == first_right), None)
    return Figure(
        tuple(_guess(name, changes[name], place, labels, end) for place, name in enumerate(ranked)),
        tuple((_x(moment, end), clock(moment)) for moment in _moments(end)),
        tuple((_y(share), f"{share:g}") for share in SHARES),
        _x(right.played, end) if right else None,
    )


def clock(seconds: float) -> str:
    """Time of playing for people."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def _guess(name: str, changes: Sequence[Step], place: int, labels: Sequence[float], end: float) -> Guess:
    last = changes[-1].event
    height = _y(_probability(changes[0].event))
    path = [f"M{_x(changes[0].played, end):.1f} {height:.1f}"]
    for step in changes[1:]:
        path.append(f"H{_x(step.played, end):.1f}V{_y(_probability(step.event)):.1f}")
    x = _x(changes[-1].played if _dropped(last) else end, end)
    path.append(f"H{x:.1f}")
    height = _y(_probability(last))
    coloured = place < COLOURS
    return Guess(
        id=name,
        statement=str(last.data.get("statement") or ""),
        probability=_probability(last),
        dropped=_dropped(last),
        changes=len(changes),
        speaks_for=_indexes(last, "evidence_for"),
        against=_indexes(last, "evidence_against"),
        colour=place + 1 if coloured else 0,
        path="".join(path),
        end=(x, height),
        label=labels[place] if coloured else height,
    )


def _apart(heights: Sequence[float]) -> list[float]:
    """Heights moved so that labels do not cover each other and stay inside the figure."""
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    moved = list(heights)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + LABEL)
    # What would stand below the axis moves up, and pushes those above it.
    limit = HEIGHT - BOTTOM
    for place in reversed(order):
        moved[place] = min(moved[place], limit)
        limit = moved[place] - LABEL
    return moved


def _moments(end: float) -> list[float]:
    step = next((step for step in STEPS if end / step < MARKS), end / MARKS)
    return [number * step for number in range(int(end / step) + 1)]


def _x(seconds: float, end: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * seconds / end, 1)


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _probability(event: Event) -> float:
    value = event.data.get("probability")
    return min(1.0, max(0.0, float(value))) if isinstance(value, int | float) else 0.0


def _dropped(event: Event) -> bool:
    return event.data.get("status") == "dropped"


def _indexes(event: Event, name: str) -> tuple[int, ...]:
    values = event.data.get(name)
    return tuple(item for item in values if isinstance(item, int)) if isinstance(values, list) else ()
