"""Asks a helper model for an answer of a given form, and checks it. It does not know what the answer is for."""

import re
import time
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError

from game.metering import count
from tools import Helper
from transcripts import Record, describe

Form = TypeVar("Form", bound=Record)
OBJECT = re.compile(r"\{.*\}", re.DOTALL)
ATTEMPTS = 3


class UnreadableError(RuntimeError):
    """A model gives no answer of the form that was asked for; the message says why."""


async def ask_for(
    helper: Helper, form: type[Form], system: str, prompt: str, *, max_tokens: int, problem: Callable[[Form], str] = lambda _: ""
) -> Form:
    """The answer; one that cannot be used is asked for again, with what was wrong.

    Args:
        helper: answers with one JSON object, bare or amid words.
        form: of the answer.
        system: who answers, and in what form.
        prompt: what is asked; texts of others in it should be JSON, so that none can end its string.
        max_tokens: most tokens of an answer.
        problem: what else is wrong with an answer of the right form; empty if nothing is.

    Raises:
        UnreadableError: it refused, or none of its answers can be used.
    """
    wrong = ""
    for _ in range(ATTEMPTS):
        again = f"\n\nYour last answer could not be used: {wrong}. Answer again." if wrong else ""
        started = time.monotonic()
        found = await helper.write(system, prompt + again, max_tokens=max_tokens)
        count(found, time.monotonic() - started)
        if found.refusal:
            raise UnreadableError(f"the model refused: {found.refusal}")
        try:
            answer = _read(found.text, form)
        except ValueError as error:
            wrong = str(error)
            continue
        wrong = problem(answer)
        if not wrong:
            return answer
    raise UnreadableError(f"the model gave no usable answer in {ATTEMPTS} attempts; the last: {wrong}")


def _read(text: str, form: type[Form]) -> Form:
    """The JSON object in an answer.

    Raises:
        ValueError: there is none, or not one of this form.
    """
    found = OBJECT.search(text)
    if found is None:
        raise ValueError("there is no whole JSON object in it")
    try:
        return form.model_validate_json(found[0])
    except ValidationError as error:
        raise ValueError(describe(error)) from error
