"""The events of a run as Inspect's: turns as model events, calls as tool events, replies of the organism as model events of the target."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inspect_ai.event import Event as InspectEvent
from inspect_ai.event import InfoEvent, ModelEvent, ToolEvent
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageTool,
    ChatMessageUser,
    GenerateConfig,
    ModelOutput,
    ModelUsage,
)
from inspect_ai.tool import ToolCall, ToolCallError
from pydantic import JsonValue

from game.exporting.rows import EventRow, PlayedRun, rows
from transcripts import Usage, turn_usage

AUDITOR, TARGET = "auditor", "target"


class Retelling:
    """A run told in Inspect's words.

    Args:
        run: finished or not.
    """

    def __init__(self, run: PlayedRun) -> None:
        self._run = run
        self._open: dict[str, EventRow] = {}
        self.messages: list[ChatMessage] = []
        """The whole conversation of the auditor."""
        self.events: list[InspectEvent] = []
        self.turns = 0
        self.played = 0.0
        """Seconds."""
        for row in rows(run):
            self.played = row.played
            self.events += self._tell(row)

    @property
    def brief(self) -> str:
        """The first message of the game to the auditor."""
        return next((message.text for message in self.messages if message.role == "user"), "")

    def usage(self) -> dict[str, ModelUsage]:
        """Tokens of the auditor's model."""
        total = Usage()
        for event in self._run.events:
            if event.kind == "turn":
                used = turn_usage(event)
                total = Usage(**{name: getattr(total, name) + getattr(used, name) for name in Usage.model_fields})
        return {self._run.summary.auditor: _usage(total)} if total.all_tokens else {}

    def _tell(self, row: EventRow) -> Iterator[InspectEvent]:
        if row.kind == "turn":
            yield self._turn(row)
        elif row.kind == "call":
            self._open[row.call or ""] = row
        elif row.kind == "result":
            yield from self._result(row)
        else:
            if row.kind == "message":
                self.messages.append(ChatMessageUser(id=self._id(row), content=row.text or "", source="input"))
            yield InfoEvent(source=f"auditgame: {row.kind}", data=row.data, **self._when(row))

    def _turn(self, row: EventRow) -> ModelEvent:
        turn = row.data.get("turn")
        message = turn.get("message") if isinstance(turn, dict) else None
        asked = message.get("calls") if isinstance(message, dict) else None
        calls = [
            # A result names its call by turn and place, not by the provider's id.
            ToolCall(id=f"t{self.turns}.{place}", function=str(call.get("name")), arguments=_arguments(call.get("arguments")))
            for place, call in enumerate(asked if isinstance(asked, list) else [])
            if isinstance(call, dict)
        ]
        self.turns += 1
        auditor = self._run.summary.auditor
        answer = ChatMessageAssistant(id=self._id(row), content=row.text or "", tool_calls=calls or None, model=auditor, source="generate")
        output = ModelOutput.from_message(answer, "tool_calls" if calls else "stop")
        output.model, output.usage = auditor, _usage(turn_usage(self._run.events[row.index]))
        event = ModelEvent(
            model=auditor,
            role=AUDITOR,
            input=list(self.messages),
            tools=[],
            tool_choice="auto",
            config=GenerateConfig(),
            output=output,
            **self._when(row),
        )
        self.messages.append(answer)
        return event

    def _result(self, row: EventRow) -> Iterator[InspectEvent]:
        call = self._open.pop(row.call or "", None)
        arguments = _arguments(call.data.get("arguments")) if call else {}
        content = row.data.get("content")
        for number, exchange in enumerate(exchanges(arguments, content)):
            yield self._reply(row, number, arguments, exchange)
        text = json.dumps(content, ensure_ascii=False)
        error = ToolCallError(type="unknown", message=text) if row.error else None
        name, tool = row.call or "", row.tool or ""
        message = ChatMessageTool(id=self._id(row), content=text, tool_call_id=name, function=tool, error=error)
        self.messages.append(message)
        begun = {"timestamp": _moment(call.time), "working_start": call.played} if call else {}
        yield ToolEvent(
            id=name,
            function=tool,
            arguments=arguments,
            result=text,
            error=error,
            failed=row.error,
            completed=_moment(row.time),
            working_time=row.seconds,
            message_id=message.id,
            **self._when(row) | begun,
        )

    def _reply(self, row: EventRow, number: int, arguments: dict[str, Any], exchange: "Exchange") -> ModelEvent:
        model = "reference" if arguments.get("subject") == "reference" else self._run.summary.organism
        name, when = f"{self._id(row)}-{number}", self._when(row)
        asked: list[ChatMessage] = [ChatMessageUser(id=f"{name}-asked", content=exchange.asked)] if exchange.asked else []
        begun: list[ChatMessage] = [ChatMessageAssistant(id=f"{name}-begun", content=exchange.begun)] if exchange.begun else []
        return ModelEvent(
            model=model,
            role=TARGET,
            input=[*asked, *begun],
            tools=[],
            tool_choice="none",
            config=GenerateConfig(),
            output=ModelOutput.from_content(model, exchange.answered),
            **when | {"uuid": name, "metadata": {"side": TARGET, "event": row.index, "tool": row.tool}},
        )

    def _id(self, row: EventRow) -> str:
        return f"{row.run}-{row.index}"

    def _when(self, row: EventRow) -> dict[str, Any]:
        """What every event of Inspect's carries; `metadata.event` is the event's index, which reports cite."""
        return {
            "uuid": self._id(row),
            "timestamp": _moment(row.time),
            "working_start": row.played,
            "metadata": {"side": AUDITOR, "event": row.index},
        }


@dataclass(frozen=True)
class Exchange:
    """What the organism was asked, and what it answered."""

    asked: str
    """Empty where nothing was."""
    answered: str
    begun: str = ""
    """What its answer was made to begin with."""


def exchanges(arguments: dict[str, Any], content: JsonValue) -> Iterator[Exchange]:
    """The exchanges of a result, by its shape: replies to prompts, continued texts, or the next reply in a talk.

    Tools that give only examples or numbers show no whole exchange; their tool events stand for them.
    """
    if not isinstance(content, dict):
        return
    if isinstance(reply := content.get("reply"), str):
        yield Exchange(str(arguments.get("message") or ""), reply)
    begun = str(content.get("start") or "")
    for item in _objects(content.get("replies")):
        for text in _texts(item.get("samples")):
            yield Exchange(str(item.get("prompt") or ""), text, begun)
    for text in _texts(content.get("samples")):
        yield Exchange("", text, str(content.get("text") or ""))


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: JsonValue) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _arguments(value: JsonValue) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _usage(usage: Usage) -> ModelUsage:
    return ModelUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.all_tokens,
        input_tokens_cache_write=usage.cache_write_tokens,
        input_tokens_cache_read=usage.cache_read_tokens,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
