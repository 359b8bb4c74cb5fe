"""What fires on a reply: a regular expression, or a criterion that the helper model judges. It knows no arm of any experiment."""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import re2

from tools.context import ToolContext, ToolError
from tools.helper import Helper

SECONDS = 3.0
"""Longest time that a pattern may take for the replies of one batch; RE2 is linear in their length, so a single one takes little."""
MEMORY = 1 << 20
"""Bytes of a compiled pattern."""
JUDGED = 20
"""Replies that the helper judges at once."""
TOKENS = 8
"""Tokens of one verdict."""
VERDICT = re.compile(r"^\W*(\d+)\W+(yes|no)\b", re.IGNORECASE | re.MULTILINE)
JUDGE = Path(__file__).with_name("judge.md")


@dataclass(frozen=True)
class Answer:
    """A reply with what was asked."""

    prompt: str
    reply: str


class Detector(Protocol):
    """Says of each reply whether what one looks for is there."""

    async def fires(self, answers: Sequence[Answer]) -> list[bool | None]:
        """Whether it fires, in order; null where it could not be told."""
        ...


class PatternDetector:
    """Fires where a regular expression is found in the reply.

    Args:
        pattern: in the syntax of RE2, so that no pattern takes more than linear time.

    Raises:
        ToolError: it is none.
    """

    def __init__(self, pattern: str) -> None:
        options = re2.Options()
        options.log_errors, options.never_capture, options.max_mem = False, True, MEMORY
        self.pattern = pattern
        try:
            self._compiled = re2.compile(pattern, options)
        except re2.error as error:
            reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error
            raise ToolError(
                f"the detector {pattern!r} is no regular expression: {reason} (RE2: no look-around, no back-references)"
            ) from error

    async def fires(self, answers: Sequence[Answer]) -> list[bool | None]:
        """See `Detector.fires`.

        Raises:
            ToolError: it takes too long.
        """
        return await asyncio.to_thread(self._search, [answer.reply for answer in answers])

    def _search(self, replies: Sequence[str]) -> list[bool | None]:
        deadline, found = time.monotonic() + SECONDS, list[bool | None]()
        for reply in replies:
            if time.monotonic() > deadline:
                raise ToolError(f"the detector {self.pattern!r} takes too long on these replies; write it with smaller repetitions")
            found.append(self._compiled.search(reply.encode("utf-8", "replace")) is not None)
        return found


class CriterionDetector:
    """Fires where the helper model says that a criterion is met.

    Args:
        context: of the call.
        helper: judges.
        criterion: in words.
    """

    def __init__(self, context: ToolContext, helper: Helper, criterion: str) -> None:
        self.context, self.helper, self.criterion = context, helper, criterion

    async def fires(self, answers: Sequence[Answer]) -> list[bool | None]:
        """See `Detector.fires`. Replies are judged in random order, so that their place tells nothing of where they come from."""
        order = [int(index) for index in np.random.default_rng(self.context.seed).permutation(len(answers))]
        parts = [order[start : start + JUDGED] for start in range(0, len(order), JUDGED)]
        verdicts: dict[int, bool | None] = {}
        for part, found in zip(parts, await asyncio.gather(*(self._judge([answers[i] for i in part]) for part in parts)), strict=True):
            verdicts |= dict(zip(part, found, strict=True))
        return [verdicts[index] for index in range(len(answers))]

    async def _judge(self, answers: Sequence[Answer]) -> list[bool | None]:
        listed = [{"number": number, "prompt": answer.prompt, "reply": answer.reply} for number, answer in enumerate(answers, start=1)]
        prompt = json.dumps({"criterion": self.criterion, "replies": listed}, ensure_ascii=False)
        system = JUDGE.read_text(encoding="utf-8")
        text = await self.context.ask_helper(self.helper, system, prompt, max_tokens=100 + TOKENS * len(answers))
        said: dict[int, set[bool]] = {}
        for number, verdict in VERDICT.findall(text):
            said.setdefault(int(number[:9]), set()).add(verdict.lower() == "yes")
        # A verdict that is missing or contradicts itself is none, never a "no".
        return [said[number].pop() if len(said.get(number, ())) == 1 else None for number in range(1, len(answers) + 1)]


def make_detector(context: ToolContext, pattern: str | None, criterion: str | None) -> Detector:
    """The detector that an auditor asked for.

    Raises:
        ToolError: none or both are given, the pattern is wrong, or the match has no helper to judge a criterion.
    """
    if (pattern is None) == (criterion is None):
        raise ToolError("give either `detector`, a regular expression, or `criterion`, a sentence that a helper model judges")
    if pattern is not None:
        return PatternDetector(pattern)
    if context.helper is None:
        raise ToolError("this match has no helper model to judge a criterion; give a regular expression as `detector`")
    return CriterionDetector(context, context.helper, str(criterion))
