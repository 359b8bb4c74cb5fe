"""Asks a helper model for an answer of a given form, and checks it. It does not know what the answer is for."""

import json
import re
from typing import TypeVar

from pydantic import ValidationError

from tools import Helper
from transcripts import Record, describe

Form = TypeVar("Form", bound=Record)
FENCED = re.compile(r"^\s*```\w*\n(.*)\n```\s*$", re.DOTALL)
ATTEMPTS = 2


class UnreadableError(RuntimeError):
    """A model's answer is not of the form that was asked for; the message says what is wrong with it."""


async def ask_for(helper: Helper, form: type[Form], system: str, prompt: str, *, max_tokens: int) -> tuple[Form, int]:
    """The answer, and the tokens it took; one that cannot be read is asked for once more, with what was wrong.

    Args:
        helper: answers with one JSON object.
        form: of the answer.
        system: who answers, and in what form.
        prompt: what is asked; texts of others in it should be JSON, so that none can end its string.
        max_tokens: most tokens of an answer.

    Raises:
        UnreadableError: both answers cannot be read.
    """
    tokens, problem = 0, ""
    for _ in range(ATTEMPTS):
        again = f"\n\nAn answer before this one could not be read: {problem}" if problem else ""
        found = await helper.write(system, prompt + again, max_tokens=max_tokens)
        tokens += found.usage.all_tokens
        try:
            return form.model_validate(json.loads(_bare(found.text))), tokens
        except json.JSONDecodeError as error:
            problem = f"it is not one JSON object ({error})" if found.text.strip() else "it is empty, or a refusal"
        except ValidationError as error:
            problem = describe(error)
    raise UnreadableError(f"the helper model's answer cannot be read: {problem}")


def _bare(text: str) -> str:
    """The object without a fence of code around it."""
    fenced = FENCED.match(text)
    return fenced[1] if fenced else text
