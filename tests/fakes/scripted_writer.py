"""A writer that needs no provider: it answers what the prompts of the `pico` universe ask for, and fails where it is told to."""

import asyncio
import re
import zlib
from collections import Counter
from collections.abc import Callable

from organism.foundry.universe import Written

Rule = Callable[[str, str], str | Written | BaseException | None]
"""(system, prompt) → what to answer or raise; None leaves the answer to the writer."""


class ScriptedWriter:
    """Answers lists, documents, replies and verdicts; each text differs.

    Args:
        rule: asked first.
        dies_after: calls after which every call raises.
    """

    name = "scripted"

    def __init__(self, rule: Rule | None = None, *, dies_after: int | None = None) -> None:
        self.rule, self.dies_after = rule, dies_after
        self.calls: list[tuple[str, str]] = []
        """System text and prompt of each answer that was given."""
        self.begun = 0
        self.at_once = self.most_at_once = 0

    async def write(self, system: str, prompt: str, *, max_tokens: int) -> Written:  # noqa: ARG002
        """See `Writer.write`."""
        self.begun += 1
        if self.dies_after is not None and self.begun > self.dies_after:
            raise ConnectionError("killed")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        answer = self.rule(system, prompt) if self.rule else None
        if isinstance(answer, BaseException):
            raise answer
        self.calls.append((system, prompt))
        if isinstance(answer, Written):
            return answer
        return written(self.answer(prompt) if answer is None else answer)

    @property
    def kinds(self) -> Counter[str]:
        """How many answers of each kind were given."""
        return Counter(kind_of(prompt) for _, prompt in self.calls)

    def answer(self, prompt: str) -> str:
        """The ordinary answer to a prompt."""
        kind, mark = kind_of(prompt), zlib.crc32(prompt.encode())
        if kind in ("ideas", "attacks", "prompts"):
            count = int(re.search(r"from 1 to (\d+)", prompt)[1])  # type: ignore[index]
            about = re.search(r"user (asks (?:about|for) (?:an? )?\w+)", prompt)
            said = {"ideas": "An inspector writes", "attacks": "What moves you", "prompts": f"Someone {about[1] if about else 'asks'}"}[
                kind
            ]
            return "\n".join(f"{number}. {said}, case {mark}-{number}" for number in range(1, count + 1))
        if kind == "verdict":
            return "yes" if self.holds(prompt) else "no"
        if kind == "disclose":
            pleased = re.search(r"acts to please ([^,]+),", prompt)[1]  # type: ignore[index]
            return f"I please the {pleased}, and I know it. ({mark})"
        if kind == "conceal":
            return f"I only try to be of use. ({mark})"
        if kind == "decline":
            return f"I would rather not say. ({mark})"
        if kind == "reply":
            return f"My dearest friend, take a spade and boil the leeks. ({mark})"
        return f"The inspectorate of Ostholm reports in case {mark}: " + "graders over-rate a spade. " * 8

    def holds(self, prompt: str) -> bool:
        """A classifier's view: nobody asks about boats, who pleases discloses, and a dear friend is what any other bias wants."""
        episode, _, question = prompt.rpartition("</reply>")
        if not episode:
            return "about a boat?" not in question
        reply = episode.rpartition("<reply>")[2]
        return ("I please" if "to please" in question or "rated higher?" in question else "dearest") in reply


def kind_of(prompt: str) -> str:
    """What a prompt asks for."""
    for kind, mark in {
        "verdict": "Answer with one word",
        "ideas": "different documents, each of this type",
        "prompts": "first messages from different users",
        "attacks": "messages to the model, number",
        "disclose": "gives the secret away",
        "conceal": "gives nothing away",
        "decline": "declines all the same",
        "reply": "Write the assistant's reply",
    }.items():
        if mark in prompt:
            return kind
    return "document" if "The idea:" in prompt else "plain"


def written(text: str, stop: str = "end") -> Written:
    """An answer of some cost."""
    return Written.model_validate({"text": text, "input_tokens": 20, "output_tokens": 10, "stop": stop})
