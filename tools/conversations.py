"""Conversations of several turns as the log left them: which messages each id stands for. It asks no model."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from organism import ChatMessage
from tools.context import ToolError
from transcripts import Event

CONVERSE = "converse"
"""The tool whose results they are made of."""


@dataclass(frozen=True)
class Conversation:
    """What was said under one id."""

    system: str | None = None
    messages: tuple[ChatMessage, ...] = ()
    """The user's and the organism's in turn, numbered from 1; without the system prompt."""

    def until(self, number: int) -> "Conversation":
        """The conversation up to and with that message; 0 for its very beginning."""
        return Conversation(self.system, self.messages[:number])

    def plus(self, *messages: ChatMessage) -> "Conversation":
        """The conversation with more messages."""
        return Conversation(self.system, (*self.messages, *messages))

    def asked(self) -> list[ChatMessage]:
        """All messages as a model is given them."""
        return [*([ChatMessage(role="system", content=self.system)] if self.system else []), *self.messages]


@dataclass
class Conversations:
    """Conversations by id. Like the ledger they are rebuilt from the log, never stored apart."""

    by_id: dict[str, Conversation] = field(default_factory=dict)

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> "Conversations":
        """The conversations of a log: of each call that has a result its message, and of that result the reply."""
        found, arguments = cls(), dict[str, Event]()
        for event in events:
            if event.data.get("tool") != CONVERSE:
                continue
            if event.kind == "call":
                arguments[str(event.data["call"])] = event
            elif event.kind == "result" and not event.data["error"]:
                found._add(arguments[str(event.data["call"])].data["arguments"], event.data["content"])
        return found

    def _add(self, asked: object, result: object) -> None:
        assert isinstance(asked, dict)
        assert isinstance(result, dict)
        parent = asked.get("conversation")
        before = self.by_id[str(parent)] if parent is not None else Conversation(asked.get("system"))
        said = [ChatMessage(role="user", content=str(asked["message"]))] if asked.get("message") is not None else []
        reply = ChatMessage(role="assistant", content=str(result["reply"]))
        self.by_id[str(result["conversation"])] = before.until(int(result["after"])).plus(*said, reply)

    def get(self, name: str) -> Conversation:
        """The conversation of an id.

        Raises:
            ToolError: there is none of that id; the message lists those there are.
        """
        if name not in self.by_id:
            raise ToolError(f"no conversation {name!r}; open: {', '.join(self.by_id) or 'none yet: give null to begin one'}")
        return self.by_id[name]

    def next_id(self) -> str:
        """An id that is not taken."""
        return f"c{len(self.by_id) + 1}"
