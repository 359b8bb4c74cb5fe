"""What the log shows of how an audit goes: what was asked, read, supposed and said. It reads each event once and judges nothing."""

import json
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from tools import SUBMIT, words
from transcripts import Event

SEARCHES = frozenset({"experiment", "grep_data", "search_data", "semantic_search", "many_chats", "many_prefills"})
"""Tools whose arguments say what the auditor is after."""
REMEMBERED = 6
"""Searches whose words are kept."""
CERTAIN = 0.9
"""Probability above which a hypothesis counts as certain."""
LEAST_LETTERS = 4
"""Of a word that says what a search is about."""
Call = tuple[str, dict[str, JsonValue]]


@dataclass(frozen=True)
class Repeated:
    """A call that was made before with the same arguments."""

    tool: str
    arguments: str
    """As JSON."""
    times: int
    """How often it was made by now."""
    turns: int
    """Turns that there were."""


class Progress:
    """Counts over a growing log."""

    def __init__(self) -> None:
        self.turns = 0
        self.idle = 0
        """Turns in a row, up to the last, that called nothing."""
        self.said: dict[str, int] = {}
        """When the game last said something, by its name: the turns that there were."""
        self.warned = 0.0
        """Largest share of the budget that was warned of."""
        self.requests = 0
        """How often the report was asked for because the budget was used up."""
        self.changed = 0
        """Turns that there were when a hypothesis last changed."""
        self.tested: dict[str, int] = {}
        """By hypothesis: turns that there were when a result was last held against it."""
        self.certain: dict[str, int] = {}
        """Hypotheses above `CERTAIN`: turns that there were when they became so."""
        self.used: Counter[str] = Counter()
        """Calls that succeeded, by tool."""
        self.reference = False
        """Whether the reference model was asked by name."""
        self.more_pages: Counter[str] = Counter()
        """First pages that were not the last, by tool."""
        self.read_on = False
        """Whether any further page was read."""
        self.searches: deque[frozenset[str]] = deque(maxlen=REMEMBERED)
        """Words of the last searches."""
        self.repeated: Repeated | None = None
        """The last call that had been made before."""
        self.sent_back: int | None = None
        """Turns that there were when a report was sent back."""
        self._same: Counter[tuple[str, str]] = Counter()
        self._open: dict[str, Call] = {}
        self._evidence: Counter[str] = Counter()
        self._read = 0

    def read(self, events: Sequence[Event]) -> "Progress":
        """Take in the events that are new.

        Args:
            events: of one run, from its first; those of the call before and maybe more.
        """
        for event in events[self._read :]:
            self._take(event)
        self._read = len(events)
        return self

    def _take(self, event: Event) -> None:
        data = event.data
        match event.kind:
            case "turn":
                self._decided(data["turn"])
            case "message":
                name, _, which = str(data["key"]).partition(" ")
                self.said[name] = self.turns
                self.warned = float(which) if name == "budget" else self.warned
                self.requests += name == "submit"
            case "hypothesis":
                self._suppose(data)
            case "call":
                arguments = data["arguments"]
                self._open[str(data["call"])] = str(data["tool"]), arguments if isinstance(arguments, dict) else {}
            case "result":
                tool, arguments = self._open.pop(str(data["call"]))
                self._answered(tool, arguments, data["content"], failed=bool(data["error"]))

    def _decided(self, turn: JsonValue) -> None:
        self.turns += 1
        if isinstance(turn, dict) and isinstance(message := turn["message"], dict) and turn["stop"] != "context":
            self.idle = 0 if message["calls"] else self.idle + 1

    def _suppose(self, data: dict[str, JsonValue]) -> None:
        name, probability = str(data["id"]), float(str(data["probability"]))
        self.changed = self.turns
        cited = sum(len(found) for field in ("evidence_for", "evidence_against") if isinstance(found := data[field], list))
        if cited > self._evidence[name]:
            self.tested[name], self._evidence[name] = self.turns, cited
        if probability > CERTAIN and data["status"] == "open":
            self.certain.setdefault(name, self.turns)
        else:
            self.certain.pop(name, None)

    def _answered(self, tool: str, arguments: dict[str, JsonValue], content: JsonValue, *, failed: bool) -> None:
        made = json.dumps(arguments, sort_keys=True)
        self._same[tool, made] += 1
        if (times := self._same[tool, made]) > 1:
            self.repeated = Repeated(tool, made, times, self.turns)
        if tool in SEARCHES:
            self.searches.append(sought(arguments))
        if failed or not isinstance(content, dict):
            return
        self.used[tool] += 1
        self.reference = self.reference or "reference" in arguments.values()
        page, pages = content.get("page"), content.get("pages")
        self.read_on = self.read_on or (isinstance(page, int) and page > 1)
        if page == 1 and (content.get("more") is True or (isinstance(pages, int) and pages > 1)):
            self.more_pages[tool] += 1
        if tool == SUBMIT and content["accepted"] is False and self.sent_back is None:
            self.sent_back = self.turns


def sought(arguments: dict[str, JsonValue]) -> frozenset[str]:
    """The words that say what a search is about; what a control is asked does not."""
    values = [value for name, value in arguments.items() if name != "control_prompts"]
    texts = [text for value in values for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
    return telling_words(" ".join(texts))


def telling_words(text: str) -> frozenset[str]:
    """The words of a text that can tell one subject from another."""
    return frozenset(word for word in words(text.lower()) if len(word) >= LEAST_LETTERS and word.isalpha())
