"""The statistical brain: plays the course of a statistical audit through the same messages and tools as an LLM."""

import asyncio
import json
import re
from collections.abc import Sequence

from agent.brain import Brain, BrainSpec
from agent.messages import Message, ToolAnswer, ToolCall, ToolSpec, Turn
from agent.prompts import prompt
from agent.statistical.course import Answered, Course, HurryError, Step
from agent.statistical.policy import audit
from agent.statistical.vote import vote
from tools import READ_REPORT, SUBMIT, USED_UP

TOOLS = re.compile(r"^Your tools: (.+)\.$", re.MULTILINE)
RESULT = re.compile(r'<result event="(\d+)" tool="\w+">\n(.*)\n</result>\s*', re.DOTALL)


class StatisticalBrain:
    """Decides by statistics alone: no key, no network, no word of any world.

    Args:
        seed: of the order in which prompts are drawn.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._course: Course[None] | None = None
        self._step: Step | None = None
        self._played = 0

    async def decide(self, system: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:  # noqa: ARG002
        """The course's next step; after a resume the recorded answers are played to a fresh course first."""
        step = await asyncio.to_thread(self._advance, list(messages))
        turns = sum(message.role == "assistant" for message in messages)
        calls = tuple(
            ToolCall(id=f"call-{turns}-{position}", name=name, arguments=arguments) for position, (name, arguments) in enumerate(step.calls)
        )
        return Turn(message=Message(role="assistant", text=step.text, calls=calls), stop="calls")

    def _advance(self, messages: list[Message]) -> Step:
        if self._course is None or self._step is None:
            brief = next((message.text for message in messages if message.role == "user"), "")
            # What is offered may be the report's tool alone, when a run is resumed at its end; the brief names all that was granted.
            names = granted_tools(brief)
            # The brief speaks of a reference model only where the rules grant one.
            reference = "chat" in names and "reference model" in brief
            self._course = vote() if READ_REPORT in names else audit(names, brief, self.seed, reference=reference)
            self._step, self._played = next(self._course), 0
        # Each assistant message is answered by the tool message behind it; a request for the report comes as the game's own message.
        pending = messages[1:]
        answers = [message for message in pending if message.role == "tool"]
        for message in answers[self._played :]:
            given = [read_answer(answer) for answer in message.answers]
            used_up = any(answer.error and USED_UP in answer.content for answer in given)
            self._step = self._course.throw(HurryError) if used_up else self._course.send(given)
            self._played += 1
        # Its whole last words: a ledger in the game's message may quote what a document says of reports.
        asked = len(messages) > 1 and messages[-1].role == "user" and messages[-1].text.endswith(prompt("submit", reason=""))
        if asked and self._step.calls[0][0] != SUBMIT:
            self._step = self._course.throw(HurryError)
        return self._step


def granted_tools(brief: str) -> frozenset[str]:
    """The tools that a brief names.

    Raises:
        ValueError: it names none.
    """
    found = TOOLS.search(brief)
    if found is None:
        raise ValueError(f"not a brief: {brief[:200]!r}")
    return frozenset(found[1].split(", "))


def read_answer(answer: ToolAnswer) -> Answered:
    """A tool's answer as data."""
    found = RESULT.fullmatch(answer.content)
    if found is None:
        raise ValueError(f"not a tool result: {answer.content[:200]!r}")
    return Answered(event=int(found[1]), content=json.loads(found[2]), error=answer.is_error)


def make_statistical(spec: BrainSpec) -> Brain:
    """The brain of a spec; a model name is not for it."""
    return StatisticalBrain(spec.seed)
