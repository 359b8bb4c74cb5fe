"""How a match stands, as the pages show it and ask for it again. It draws nothing."""

import hashlib
import json
import time
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from game.people.match import PeopleMatch
from game.view.probabilities import clock
from game.web.access import Seat
from game.web.workbench.evidence import targets
from game.web.workbench.feed import under_way
from tools import SUBMIT, Tool, Workbench, examples

OWN = ("hypothesis", "note", SUBMIT)
"""Tools with a place of their own on the page."""


@dataclass(frozen=True)
class Limit:
    """A limit of the budget that is no time."""

    name: str
    used: float
    limit: float

    @property
    def left(self) -> float:
        """Not below 0."""
        return max(0.0, self.limit - self.used)


def shown(seat: Seat) -> dict[str, Any]:
    """What every page of a match shows."""
    match = seat.match
    return {
        "seat": seat,
        "match": match,
        "bench": match.bench,
        "running": under_way(match, time.time()),
        "seen": len(match.bench.log.events),
        "state": state_of(match),
        "limits": limits(match.bench),
        "begun": bool(match.bench.log.events),
        "targets": targets(match.draft),
        "clock": clock,
    }


def notebook(bench: Workbench, since: int) -> dict[str, Any]:
    """Notes and hypotheses.

    Args:
        bench: of the match.
        since: only what was written or changed from this event on.
    """
    written = bench.log.events[since:]
    changed = dict.fromkeys(str(event.data.get("id")) for event in written if event.kind == "hypothesis")
    return {
        "notes": [str(event.data.get("text")) for event in written if event.kind == "note"],
        "hypotheses": [bench.ledger.hypotheses[name] for name in changed if name in bench.ledger.hypotheses],
    }


def state_of(match: PeopleMatch) -> str:
    """Changes with whatever a page shows, the seconds of the clock aside."""
    held = [len(match.bench.log.events), list(match.running), match.clock.running, match.clock.over, match.draft, match.failure is None]
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]


def limits(bench: Workbench) -> list[Limit]:
    """What is limited, the time aside."""
    used = bench.used
    return [
        Limit(name, float(getattr(used, name.replace(" ", "_"))), limit)
        for name, limit in bench.budget.limits().items()
        if name != "minutes"
    ]


def families(bench: Workbench) -> list[tuple[str, list[Tool]]]:
    """The granted tools by family, in the order of their examples; those with a place of their own are left out."""
    order = list(examples())
    tools = [tool for tool in bench.tools.values() if tool.name not in OWN]
    tools.sort(key=lambda tool: order.index(tool.name) if tool.name in order else len(order))
    return [(name.replace("_", " "), list(members)) for name, members in groupby(tools, key=lambda tool: tool.family)]
