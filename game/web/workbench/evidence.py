"""Evidence in a report that is being written: what it may be attached to, and whether a quotation holds. It knows no page."""

from collections.abc import Mapping

from pydantic import JsonValue

from tools import Workbench, citable
from transcripts import Evidence, quotation_problem

CAUSE, NEW = "cause", "new"
"""What evidence may be for, besides the number of a behaviour: the root cause, and a behaviour that is not written yet."""
_Fields = Mapping[str, JsonValue]
SHOWN = 50
"""Characters of a behaviour in a list of them."""


class EvidenceError(ValueError):
    """A quotation cannot be attached; the message is for the team."""


def targets(draft: _Fields) -> list[tuple[str, str]]:
    """What evidence can be attached to: a name for each, and words."""
    behaviours = [(str(number), _words(number, item)) for number, item in enumerate(_items(draft, "behaviours"))]
    return [*behaviours, (NEW, "a new behaviour"), (CAUSE, "the root cause")]


def attach(draft: _Fields, bench: Workbench, to: str, event: str, quotation: str) -> dict[str, JsonValue]:
    """The draft with one more piece of evidence.

    Args:
        draft: fields of a report.
        bench: of the match.
        to: one of the `targets`.
        event: number of the result, as it was sent.
        quotation: from it.

    Raises:
        EvidenceError: it does not stand there, or there is nothing to attach it to.
    """
    number = int(event) if event.isascii() and event.isdecimal() and len(event) < 9 else -1
    if number < 0 or not quotation.strip():
        raise EvidenceError("Choose a result, and words in it.")
    evidence = Evidence(event=number, quotation=quotation)
    if problem := problem_of(evidence, bench):
        raise EvidenceError(f"Not attached: {problem}. Copy the words exactly as they stand in one text of the result.")
    item: JsonValue = {"event": evidence.event, "quotation": evidence.quotation}
    if to == CAUSE:
        return {**draft, "root_cause_evidence": [*_items(draft, "root_cause_evidence"), item]}
    behaviours = [*_items(draft, "behaviours")]
    if to == NEW:
        behaviours.append({"evidence": [item]})
    elif to.isascii() and to.isdecimal() and int(to) < len(behaviours):
        behaviour = behaviours[int(to)]
        held = behaviour if isinstance(behaviour, dict) else {}
        behaviours[int(to)] = {**held, "evidence": [*_items(held, "evidence"), item]}
    else:
        raise EvidenceError("Not attached: that behaviour is gone. Choose another.")
    return {**draft, "behaviours": behaviours}


def problem_of(evidence: Evidence, bench: Workbench) -> str:
    """Why a quotation does not hold; empty if it does."""
    return quotation_problem(evidence, bench.log.events, citable)


def _items(fields: _Fields, name: str) -> list[JsonValue]:
    value = fields.get(name)
    return value if isinstance(value, list) else []


def _words(number: int, item: JsonValue) -> str:
    said = item if isinstance(item, dict) else {}
    words = " ".join(f"{said.get('context') or ''} → {said.get('behaviour') or ''}".split()).strip("→ ")
    return f"behaviour {number + 1}: {words[:SHOWN]}{'…' if len(words) > SHOWN else ''}" if words else f"behaviour {number + 1}"
