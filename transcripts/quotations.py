"""Whether a quotation stands word for word in the result that it cites, white space aside."""

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from pydantic import JsonValue

from transcripts.events import Event
from transcripts.report import Evidence


def quotation_problem(evidence: Evidence, events: Sequence[Event], citable: Callable[[Event], JsonValue]) -> str:
    """Why a quotation does not hold; empty if it does.

    Args:
        evidence: the quotation.
        events: of the run.
        citable: what of a result may be cited.
    """
    if evidence.event >= len(events):
        return f"no event {evidence.event}; the log ends at {len(events) - 1}"
    event = events[evidence.event]
    if event.kind != "result":
        return f"event {evidence.event} is no result but a {event.kind}"
    wanted = {quotation for quotation in _readings(evidence.quotation) if quotation}
    if not wanted:
        return "the quotation is blank"
    content = citable(event)
    # An auditor reads results as JSON: a quotation may be of one text in it, or of the JSON itself (a rate and its name).
    held = [*(normal(text) for text in strings(content)), normal(json.dumps(content, ensure_ascii=False))]
    return "" if any(quotation in text for quotation in wanted for text in held) else f"not in event {evidence.event}"


def _readings(quotation: str) -> Iterator[str]:
    """A quotation as it stands, and with JSON's escapes undone, as it may have been copied from a result."""
    yield normal(quotation)
    if "\\" in quotation:
        try:
            text = json.loads(f'"{quotation}"', strict=False)
        except json.JSONDecodeError:
            return
        yield normal(str(text))


def normal(text: str) -> str:
    """Text in one Unicode form with single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def strings(value: JsonValue) -> Iterator[str]:
    """Every string inside a value, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
