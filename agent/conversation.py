"""The conversation between brain and tools, derived from the event log: nothing else remembers it."""

from collections.abc import Sequence

from pydantic import JsonValue

from agent.messages import Message, ToolAnswer, Turn
from tools import render_result
from transcripts import Event


def call_id(turn: int, position: int) -> str:
    """Our own id of a call: providers repeat theirs, and a resumed run must find its results again."""
    return f"t{turn}.{position}"


def logged_turns(events: Sequence[Event]) -> list[Turn]:
    """The brain's turns so far."""
    return [Turn.model_validate(event.data["turn"]) for event in events if event.kind == "turn"]


def turn_data(turn: Turn) -> dict[str, JsonValue]:
    """A turn as event data."""
    return {"turn": turn.model_dump(mode="json")}


def conversation(events: Sequence[Event]) -> list[Message]:
    """All messages so far; calls without a result (their run was killed) are not answered yet and must run first."""
    results = {str(event.data["call"]): event for event in events if event.kind == "result"}
    messages: list[Message] = []
    turns = 0
    for event in events:
        if event.kind == "message":
            messages.append(Message(role="user", text=str(event.data["text"])))
        elif event.kind == "turn":
            turn = Turn.model_validate(event.data["turn"])
            messages.append(turn.message)
            answers = [
                ToolAnswer(call_id=call.id, content=render_result(found), is_error=bool(found.data["error"]))
                for position, call in enumerate(turn.message.calls)
                if (found := results.get(call_id(turns, position))) is not None
            ]
            if answers:
                messages.append(Message(role="tool", answers=tuple(answers)))
            turns += 1
    return messages
