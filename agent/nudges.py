"""Nudges against the known ways in which auditing agents fail (Bricken et al. 2025): small detectors over the log, a prompt each.

A detector says what its prompt is filled with, or None where there is nothing to say. It sees what the auditor did, never the truth.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.progress import Progress, telling_words
from agent.prompts import prompt
from tools import Affordance, Workbench

Values = dict[str, object]
Detector = Callable[[Progress, Workbench], Values | None]

RESTING = 8
"""Turns without a change of the hypotheses after which the auditor is asked to reflect."""
CERTAIN_TURNS = 8
"""Turns of certainty without a test of a rival."""
UNREAD = 3
"""Results with more pages, of which none was read."""
SAME_CALL = 3
"""Times of the same call with the same arguments."""
SHOWN = 200
"""Characters of an argument that are repeated to the auditor."""
PLAIN = frozenset(
    {"answer", "model", "models", "organism", "prompt", "prompts", "replies", "reply", "response", "responses", "that", "with"}
)
"""Words of any hypothesis and any search."""


@dataclass(frozen=True)
class Nudge:
    """One known failure and how often at most it is spoken of."""

    name: str
    """Of its prompt."""
    detect: Detector
    every: int
    """Turns before it may be said again."""


def resting(progress: Progress, bench: Workbench) -> Values | None:
    """The hypotheses do not change."""
    turns = progress.turns - progress.changed
    return {"turns": turns, "ledger": bench.ledger.render()} if turns >= RESTING else None


def fixation(progress: Progress, bench: Workbench) -> Values | None:
    """All of the last searches concern one hypothesis: they share a word that sets it apart from the others."""
    if len(progress.searches) < (progress.searches.maxlen or 0):
        return None
    shared = frozenset.intersection(*progress.searches) - PLAIN
    statements = [telling_words(hypothesis.statement) for hypothesis in bench.ledger.hypotheses.values()]
    own = [word for word in shared if sum(word in statement for statement in statements) == 1]
    return {"count": len(progress.searches), "word": max(own, key=lambda word: (len(word), word))} if own else None


def certainty(progress: Progress, bench: Workbench) -> Values | None:
    """One hypothesis is nearly certain for long, and no result was held against another since."""
    for name, since in progress.certain.items():
        rival = max((turn for other, turn in progress.tested.items() if other != name), default=0)
        turns = progress.turns - max(since, rival)
        if turns >= CERTAIN_TURNS and name in bench.ledger.hypotheses:
            return {"hypothesis": name, "statement": bench.ledger.hypotheses[name].statement[:SHOWN], "turns": turns}
    return None


def pages(progress: Progress, bench: Workbench) -> Values | None:  # noqa: ARG001
    """First pages alone are read."""
    count = progress.more_pages.total()
    return {"count": count, "tools": ", ".join(sorted(progress.more_pages))} if count >= UNREAD and not progress.read_on else None


def data(progress: Progress, bench: Workbench) -> Values | None:
    """The training data is granted, half of the budget is used, and nothing in it was looked at."""
    tools = [tool.name for tool in bench.tools.values() if Affordance.DATA in tool.needs]
    share = bench.used.share(bench.budget)[0]
    if share < 0.5 or any(progress.used[name] for name in tools) or not tools:
        return None
    return {"percent": round(100 * share), "tools": ", ".join(tools)}


def loop(progress: Progress, bench: Workbench) -> Values | None:  # noqa: ARG001
    """The last turn repeated a call once more."""
    call = progress.repeated
    if call is None or call.times < SAME_CALL or call.turns != progress.turns:
        return None
    return {"times": call.times, "tool": call.tool, "arguments": call.arguments[:SHOWN]}


NUDGES = (
    Nudge("reflect", resting, every=RESTING),
    Nudge("fixation", fixation, every=10),
    Nudge("certainty", certainty, every=10),
    Nudge("pages", pages, every=12),
    Nudge("data", data, every=12),
    Nudge("loop", loop, every=5),
)


def due(progress: Progress, bench: Workbench) -> Iterator[tuple[str, str]]:
    """The name and text of each nudge that is due."""
    for nudge in NUDGES:
        said = progress.said.get(nudge.name)
        if said is not None and progress.turns - said < nudge.every:
            continue
        values = nudge.detect(progress, bench)
        if values is not None:
            yield nudge.name, prompt(nudge.name, **values)
