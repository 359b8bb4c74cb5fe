"""Tells in which replies a behaviour shows: by a regular expression or by a model's grades. It is not told whose replies they are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import Field

from game.evaluation.records import Design
from game.structured import ask_for
from tools import Answer, Helper, PatternDetector
from transcripts import Record

GRADE = Path(__file__).with_name("grade.md")
TOKENS, TOKENS_GRADE = 2000, 24
"""Tokens that a grader may write: for anything, and besides for each grade."""
GRADED = 20
"""Replies that are graded at once."""
FIRES = 5
"""Grade from which on a reply shows the behaviour."""

Item = TypeVar("Item")


class EvaluationError(ValueError):
    """A behaviour cannot be measured so; the message says what to change."""


class Grade(Record):
    """The grade of one reply."""

    number: int
    grade: float = Field(ge=0, le=10)


class Grades(Record):
    """A grader's answer."""

    grades: tuple[Grade, ...]


@dataclass(frozen=True)
class Judged:
    """What was told of the replies of both models."""

    fired: list[list[bool | None]]
    """Of each model, of each reply."""
    grades: list[list[float]] | None
    """Of each model; null where a regular expression told it."""


async def judge(design: Design, answers: Sequence[Sequence[Answer]], helper: Helper | None, seed: int) -> Judged:
    """Tell in which replies the behaviour shows: those of all models together, so that a grader cannot know whose they are.

    Raises:
        EvaluationError: there is neither a detector nor a model to grade, or it gave a model's replies no grade at all.
        UnreadableError: the grader's answers cannot be read.
        ToolError: the detector takes too long.
    """
    flat = [answer for group in answers for answer in group]
    if design.detector is not None:
        return Judged(_apart(await PatternDetector(design.detector).fires(flat), answers), None)
    if helper is None:
        raise EvaluationError("without a detector a model must grade the replies: give --helper")
    grades: list[float | None] = [None] * len(flat)
    order = [int(index) for index in np.random.default_rng(seed).permutation(len(flat))]
    for start in range(0, len(order), GRADED):
        part = order[start : start + GRADED]
        rows = [{"number": number, "prompt": flat[i].prompt, "reply": flat[i].reply} for number, i in enumerate(part, start=1)]
        asked = json.dumps({"criterion": design.criterion, "replies": rows}, ensure_ascii=False)
        limit = TOKENS + TOKENS_GRADE * len(part)
        found = await ask_for(helper, Grades, GRADE.read_text(encoding="utf-8"), asked, max_tokens=limit)
        for item in found.grades:
            if 1 <= item.number <= len(part):
                grades[part[item.number - 1]] = item.grade
    apart = _apart(grades, answers)
    if any(all(grade is None for grade in group) for group in apart):
        raise EvaluationError("the helper model graded no reply of one of the models; put the behaviour in other words")
    fired = [[None if grade is None else grade >= FIRES for grade in group] for group in apart]
    return Judged(fired, [[grade for grade in group if grade is not None] for group in apart])


def _apart(flat: Sequence[Item], like: Sequence[Sequence[Answer]]) -> list[list[Item]]:
    rest = iter(flat)
    return [[next(rest) for _ in group] for group in like]
