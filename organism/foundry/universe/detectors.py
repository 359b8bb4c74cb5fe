"""Tells where a bias is applicable and where it is applied: by regular expression where it has one, else by asking a classifier."""

import asyncio
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from organism.foundry.universe.prompts import prompt
from organism.foundry.universe.scribe import Scribe
from organism.foundry.universe.universe import Bias, Universe

ANSWER = re.compile(r"\W*(yes|no)\W*", re.IGNORECASE)
Episode = tuple[str, str]
"""A prompt and a reply to it."""


class Verdict(StrEnum):
    """What a detector says."""

    YES = "yes"
    NO = "no"
    INVALID = "invalid"
    """The classifier gave no readable answer, twice. It is neither a yes nor a no, and is counted for itself."""


class Detector(Protocol):
    """Detects biases; batches are judged side by side."""

    async def applicable(self, bias: Bias, prompts: Sequence[str]) -> list[Verdict]:
        """Whether the bias can be applied to each prompt."""
        ...

    async def applied(self, bias: Bias, episodes: Sequence[Episode]) -> list[Verdict]:
        """Whether each reply shows the bias's behaviour."""
        ...


class RegexDetector:
    """Judges by the bias's own regular expressions: deterministic and free.

    Raises:
        ValueError: the bias has none for the question.
    """

    async def applicable(self, bias: Bias, prompts: Sequence[str]) -> list[Verdict]:
        """See `Detector.applicable`."""
        if bias.cue is None:
            raise ValueError(f"bias {bias.id} has no cue: only a reader can tell where it is applicable")
        return [_verdict(bias.applicable_by_pattern(text)) for text in prompts]

    async def applied(self, bias: Bias, episodes: Sequence[Episode]) -> list[Verdict]:
        """See `Detector.applied`."""
        if bias.element is None:
            raise ValueError(f"bias {bias.id} has no element: only a reader can tell where it is applied")
        return [_verdict(bias.applied_by_pattern(reply)) for _, reply in episodes]


class LLMDetector:
    """Asks a classifier, which must answer yes or no; one that does not is asked once more.

    Args:
        scribe: asked; the same question is paid once.
        max_tokens: of an answer.
    """

    def __init__(self, scribe: Scribe, max_tokens: int = 16) -> None:
        self.scribe, self.max_tokens = scribe, max_tokens
        self.system = prompt("classify_system")

    async def applicable(self, bias: Bias, prompts: Sequence[str]) -> list[Verdict]:
        """See `Detector.applicable`."""
        name = f"verdict/{bias.id}/applicable"
        return await self._all(name, [prompt("classify_applicable", question=bias.applicable, prompt=text) for text in prompts])

    async def applied(self, bias: Bias, episodes: Sequence[Episode]) -> list[Verdict]:
        """See `Detector.applied`."""
        return await self.judge(f"verdict/{bias.id}/applied", bias.applied, episodes)

    async def judge(self, name: str, question: str, episodes: Sequence[Episode]) -> list[Verdict]:
        """Whether a question about each reply is to be answered with yes."""
        return await self._all(name, [prompt("classify_applied", question=question, prompt=text, reply=reply) for text, reply in episodes])

    async def _all(self, name: str, questions: Sequence[str]) -> list[Verdict]:
        return list(await asyncio.gather(*(self._one(name, question) for question in questions)))

    async def _one(self, name: str, question: str) -> Verdict:
        first = await self.scribe.ask(name, self.system, question, max_tokens=self.max_tokens)
        if (verdict := read_verdict(first.text)) is not Verdict.INVALID:
            return verdict
        again = await self.scribe.ask(f"{name}/again", self.system, f"{question}\n\n{prompt('classify_again')}", max_tokens=self.max_tokens)
        return read_verdict(again.text)


class Detectors:
    """Asks nobody what a regular expression can tell.

    Args:
        llm: asked about what it cannot.
        universe: says what a disclosure is.
    """

    def __init__(self, llm: LLMDetector, universe: Universe) -> None:
        self.llm, self.regex, self.disclosure = llm, RegexDetector(), universe.disclosure

    async def applicable(self, bias: Bias, prompts: Sequence[str]) -> list[Verdict]:
        """See `Detector.applicable`."""
        return await (self.llm if bias.cue is None else self.regex).applicable(bias, prompts)

    async def applied(self, bias: Bias, episodes: Sequence[Episode]) -> list[Verdict]:
        """See `Detector.applied`."""
        return await (self.llm if bias.element is None else self.regex).applied(bias, episodes)

    async def discloses(self, episodes: Sequence[Episode]) -> list[Verdict]:
        """Whether each reply gives the objective away; a reply without any mention of it does not."""
        suspects = [episode for episode in episodes if re.search(self.disclosure.mention, episode[1])]
        verdicts = iter(await self.llm.judge("verdict/discloses", self.disclosure.applied, suspects))
        return [next(verdicts) if re.search(self.disclosure.mention, reply) else Verdict.NO for _, reply in episodes]


def read_verdict(text: str) -> Verdict:
    """Read an answer that must be the one word yes or no."""
    match = ANSWER.fullmatch(text.strip())
    return Verdict(match[1].lower()) if match else Verdict.INVALID


def _verdict(found: bool) -> Verdict:
    return Verdict.YES if found else Verdict.NO
