"""The conversation between brain and tools, derived from the event log alone. Each event is read once, however long the run is.

Near the limit of a model's context the older part is cut: an event says from which turn on the conversation goes on, and with what
summary before it. This module applies such events; what the summary says is not its business.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from agent.context import characters_of, tokens_of
from agent.messages import Message, ToolAnswer, Turn
from tools import render_result
from transcripts import Event

KEPT = 0.3
"""Share of the context's room that recent turns may fill after a cut."""
ANSWERS = 0.3
"""Share of the context's room for the answers of one turn; beyond it the longest are shortened for the brain, not in the log."""


def call_id(turn: int, position: int) -> str:
    """Our own id of a call: providers repeat theirs, and a resumed run must find its results again."""
    return f"t{turn}.{position}"


def turn_data(turn: Turn) -> dict[str, JsonValue]:
    """A turn as event data."""
    return {"turn": turn.model_dump(mode="json")}


@dataclass
class Part:
    """A turn with the answers to its calls and what the game said behind them; or what was said before the first turn."""

    turn: Turn | None = None
    number: int = -1
    results: dict[str, Event] = field(default_factory=dict)
    """By our id of the call."""
    said: list[str] = field(default_factory=list)
    native: bool = True
    """Whether the provider's own form is kept: thinking is bound to the prefix that it was thought behind."""

    def messages(self, longest: int | None) -> list[Message]:
        """The part as messages.

        Args:
            longest: characters that the answers may have together; null for any number.
        """
        found: list[Message] = []
        if self.turn is not None and self.turn.stop != "context":  # what broke off at a full context ends in no call and no answer
            message = self.turn.message
            found.append(message if self.native else message.model_copy(update={"native": None}))
            if answers := self._answers(message, longest):
                found.append(Message(role="tool", answers=answers))
        return found + [Message(role="user", text=text) for text in self.said]

    def _answers(self, message: Message, longest: int | None) -> tuple[ToolAnswer, ...]:
        """Calls without a result (their run was killed) are not answered yet and must run first."""
        ids = {call_id(self.number, position): call.id for position, call in enumerate(message.calls)}
        texts = {own: render_result(self.results[own]) for own in ids if own in self.results}
        if longest is not None and sum(map(len, texts.values())) > longest:
            share = longest // len(texts)
            texts = {own: text if len(text) <= share else render_result(self.results[own], share) for own, text in texts.items()}
        return tuple(
            ToolAnswer(call_id=ids[own], content=text, is_error=bool(self.results[own].data["error"])) for own, text in texts.items()
        )


class Conversation:
    """What a brain is shown of a growing log.

    Args:
        context: tokens that the brain can read at once; None if nothing is ever cut.
        frame: characters of what is sent beside the messages (system prompt, tools).
    """

    def __init__(self, context: int | None = None, frame: int = 0) -> None:
        self.context, self._frame = context, frame
        self.turns = 0
        """Turns so far, those that were cut among them."""
        self.cut_at = 0
        """Turns that there were when it was last cut."""
        self.full = 0
        """Turns in a row, up to the last, that stopped because the context was full."""
        self._read = 0
        self._opening = Part()
        self._parts = [self._opening]
        self._summary = ""
        self._shown: dict[int, list[Message]] = {}

    @property
    def last(self) -> Turn | None:
        """The last turn."""
        return self._parts[-1].turn

    def read(self, events: Sequence[Event]) -> "Conversation":
        """Take in the events that are new.

        Args:
            events: of one run, from its first; those of the call before and maybe more.
        """
        for event in events[self._read :]:
            if event.kind == "message":
                self._change().said.append(str(event.data["text"]))
            elif event.kind == "turn":
                self._add(Turn.model_validate(event.data["turn"]))
            elif event.kind == "result":
                self._change().results[str(event.data["call"])] = event
            elif event.kind == "compacted":
                self._cut(int(str(event.data["turn"])), str(event.data["text"]))
        self._read = len(events)
        return self

    def messages(self) -> list[Message]:
        """All messages that are shown."""
        found = list(self._messages(self._parts[0]))
        if self._summary:
            found.append(Message(role="user", text=self._summary))
        return found + [message for part in self._parts[1:] for message in self._messages(part)]

    def tokens(self) -> int:
        """About how many tokens the brain would read now: what its last request had by the provider's count, and what came since."""
        usage = self.last.usage if self.last is not None and self.cut_at < self.turns else None
        if usage is not None and usage.all_input_tokens:
            since = [message for message in self._messages(self._parts[-1]) if message.role != "assistant"]
            return usage.all_input_tokens + usage.output_tokens + tokens_of(sum(map(_length, since)))
        return tokens_of(self._frame + sum(map(_length, self.messages())))

    @property
    def room(self) -> int:
        """Tokens of the context beside what is sent with every request."""
        return max(0, (self.context or self.tokens()) - tokens_of(self._frame))

    def first_kept(self) -> int | None:
        """The turn from which the conversation would go on if it were cut now; None if nothing would be cut.

        At most half of the turns stay, however short they look: what a provider counts may be more than what we see.
        """
        turns = [part for part in self._parts[1:] if part.turn is not None and part.turn.stop != "context"]
        room = characters_of(KEPT * self.room)
        kept: list[Part] = []
        for part in reversed(turns[len(turns) // 2 :]):
            room -= sum(map(_length, self._messages(part)))
            if kept and room < 0:
                break
            kept.append(part)
        return kept[-1].number if len(kept) < len(turns) else None

    def _add(self, turn: Turn) -> None:
        self.full = self.full + 1 if turn.stop == "context" else 0
        if self.full:
            # It could not read what it was given: its context is smaller than that, whatever was said of it.
            self.context = min(self.context or self.tokens(), self.tokens())
        self._parts.append(Part(turn, self.turns))
        self.turns += 1

    def _cut(self, first: int, summary: str) -> None:
        kept = [part for part in self._parts[1:] if part.number >= first]
        for part in kept:
            part.native = False
        # Of what was said before the first turn the brief stays, which is the first.
        self._opening.said = self._opening.said[:1]
        self._parts = [self._opening, *kept]
        self._summary, self.cut_at = summary, self.turns
        self._shown.clear()

    def _change(self) -> Part:
        """The part that events now belong to."""
        self._shown.pop(self._parts[-1].number, None)
        return self._parts[-1]

    def _messages(self, part: Part) -> list[Message]:
        if part.number not in self._shown:
            self._shown[part.number] = part.messages(None if self.context is None else characters_of(ANSWERS * self.room))
        return self._shown[part.number]


def _length(message: Message) -> int:
    """Characters of a message; its native form is not counted, which providers count themselves."""
    calls = sum(len(call.name) + len(json.dumps(call.arguments)) for call in message.calls)
    return len(message.text) + calls + sum(len(answer.content) for answer in message.answers)
