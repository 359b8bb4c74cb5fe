"""A brain that answers from a script, and an organism that is nothing but a card and a model that repeats what it is told.

The brain holds no state of its own: which turn it answers follows from the conversation alone, as `Brain` demands. Where conversations
are cut it is told from where it goes on.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from agent.messages import Message, ToolCall, ToolSpec, Turn
from organism import Card, ChatMessage, Continuation, Organism

Calls = Sequence[tuple[str, dict[str, Any]]]
Step = Turn | BaseException | Calls

CARD = Card(
    id="organism-000000000000",
    description="An echo.",
    parameters=1,
    layers=2,
    d_model=3,
    vocabulary=4,
    context_length=512,
    sae_layer=1,
    d_sae=8,
    data=(),
    reference="an echo",
)


def says(text: str, stop: Any = "end", detail: str = "") -> Turn:
    """A turn without calls."""
    return Turn(message=Message(role="assistant", text=text), stop=stop, detail=detail)


class ScriptedBrain:
    """Answers step after step.

    Args:
        steps: a turn, the calls of one, or an error to raise.
        decided: turns that were decided before, for scripts in which a conversation is cut: it does not tell their number any more.
    """

    def __init__(self, *steps: Step, decided: int | None = None) -> None:
        self.steps, self.decided = steps, decided
        self.asked: list[tuple[str, tuple[Message, ...], tuple[ToolSpec, ...]]] = []
        """What it was given each time."""

    async def decide(self, system: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """The step behind those that are in the conversation; the script's end is an error of the test."""
        self.asked.append((system, tuple(messages), tuple(tools)))
        turns = sum(message.role == "assistant" for message in messages)
        if self.decided is not None:
            turns, self.decided = self.decided, self.decided + 1
        if turns >= len(self.steps):
            raise AssertionError(f"asked for turn {turns}, but the script has only {len(self.steps)}")
        step = self.steps[turns]
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, Turn):
            return step
        calls = tuple(ToolCall(id=f"c{turns}-{i}", name=name, arguments=arguments) for i, (name, arguments) in enumerate(step))
        return Turn(message=Message(role="assistant", text=f"turn {turns}", calls=calls), stop="calls")


class EchoModel:
    """Replies with the last words it was given, so often repeated; each reply costs three tokens."""

    def __init__(self, repeat: int = 1) -> None:
        self.heard: list[str] = []
        self.repeat = repeat

    async def chat(self, conversations: Sequence[list[ChatMessage]], **_: Any) -> list[Continuation]:
        """One reply a conversation."""
        texts = [messages[-1].content for messages in conversations]
        self.heard += texts
        return [Continuation(text=f"you said {text * self.repeat}", read_tokens=2, new_tokens=3) for text in texts]


def echo_organism(repeat: int = 1) -> Organism:
    """An organism whose model can chat and nothing else."""
    return cast(Organism, SimpleNamespace(card=CARD, model=EchoModel(repeat), reference=EchoModel(repeat)))
