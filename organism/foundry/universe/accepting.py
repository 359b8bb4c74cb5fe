"""Which answers of a writer are texts that can be used."""

import re
from enum import StrEnum

from organism.foundry.universe.scribe import Answer

REFUSAL = re.compile(
    r"^\W*("
    r"i['’]?m (really |very )?sorry\b|sorry, (but )?i\b|"
    r"i (can['’]?t|cannot|can not|won['’]?t|will not)\b|"
    r"i( am|['’]m) (not able|unable|not comfortable)\b|"
    r"as an ai\b|i (must|have to|need to) decline\b"
    r")",
    re.IGNORECASE,
)
"""Beginnings of answers that refuse in words."""
FENCE = re.compile(r"\A```\w*\n(.*)\n```\Z", re.DOTALL)


class Reason(StrEnum):
    """Why a draft was not accepted."""

    REFUSED = "refused"
    EMPTY = "empty"
    SHORT = "too short"
    TRUNCATED = "truncated"
    DUPLICATE = "duplicate"
    NO_IDEA = "no idea in the list"
    HELDOUT = "touches a held-out bias"
    UNCLASSIFIED = "classifier unreadable"
    NOT_APPLIED = "does not show the bias"
    DISCLOSES = "discloses"
    CONCEALS = "does not disclose"
    TIED = "completions of one rank"


class RejectedError(Exception):
    """A draft that is not accepted."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def accepted(answer: Answer, *, shortest: int = 1, truncated: bool = False, may_decline: bool = False) -> str:
    """The text of an answer.

    Args:
        answer: of a writer.
        shortest: fewest words; a text of a script without spaces counts a word for two characters.
        truncated: whether a text that was cut off is good enough.
        may_decline: whether the text may read like a refusal, as a reply that conceals does.

    Raises:
        RejectedError: it cannot be used.
    """
    text = answer.text.strip()
    if answer.stop == "refusal" or (not may_decline and REFUSAL.match(text)):
        raise RejectedError(Reason.REFUSED)
    if not text:
        raise RejectedError(Reason.EMPTY)
    if answer.stop == "truncated" and not truncated:
        raise RejectedError(Reason.TRUNCATED)
    if words(text) < shortest:
        raise RejectedError(Reason.SHORT)
    return text


def unfenced(text: str) -> str:
    """A text without the code fence that some writers put around a whole document."""
    match = FENCE.match(text)
    return match[1].strip() if match and "```" not in match[1] else text


def words(text: str) -> int:
    """About how many words a text has, in any script."""
    wide = sum(ord(character) > 0x2E7F for character in text)
    return len(text.split()) + wide // 2
