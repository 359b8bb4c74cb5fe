"""What auditors are told: Markdown files with a head that says what each is for, and their reader. It knows no turn of any audit.

A file begins with YAML between `---` lines: `name` (the file's), `purpose`, and `placeholders`, the {names} in its text that are filled in.
"""

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from transcripts import Record, describe, wording_hash

FOLDER = Path(__file__).parent
HEAD = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class PromptError(ValueError):
    """A prompt's file is not what its head says; the message names the file and what to mend."""


class Head(Record):
    """The front matter of a prompt."""

    name: str
    """The file's name without `.md`."""
    purpose: str
    """When it is said, for whoever edits it; no auditor reads this."""
    placeholders: tuple[str, ...] = ()


def prompt(name: str, **values: object) -> str:
    """The prompt of that name with its placeholders filled; nothing inside a value is filled again.

    Raises:
        PromptError: the file does not agree with its head, or the values are not those of its placeholders.
    """
    path = FOLDER / f"{name}.md"
    head, text = read_prompt(path)
    if set(values) != set(head.placeholders):
        raise PromptError(f"{path}: its placeholders are {sorted(head.placeholders)}, but it is filled with {sorted(values)}")
    return PLACEHOLDER.sub(lambda found: str(values[found[1]]), text)


@cache
def read_prompt(path: Path) -> tuple[Head, str]:
    """A prompt's head and text. Read once: all turns of one process are told the same.

    Raises:
        PromptError: there is no such file, it has no head, the head has a wrong field, or the text has other placeholders than the head.
    """
    if not path.is_file():
        raise PromptError(f"{path}: no such prompt; there are {', '.join(sorted(file.stem for file in path.parent.glob('*.md')))}")
    parts = HEAD.fullmatch(path.read_text(encoding="utf-8"))
    if parts is None:
        raise PromptError(f"{path}: it must begin with a head of YAML between two lines of ---")
    try:
        head = Head.model_validate(yaml.safe_load(parts[1]))
    except yaml.YAMLError as error:
        raise PromptError(f"{path}: the head is no YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise PromptError(f"{path}: the head: {describe(error)}") from error
    text, named = parts[2].strip(), set(head.placeholders)
    if head.name != path.stem:
        raise PromptError(f"{path}: the head names the prompt {head.name!r}")
    if found := named ^ set(PLACEHOLDER.findall(text)):
        raise PromptError(f"{path}: head and text do not agree on the placeholders {sorted(found)}")
    return head, text


@cache
def prompts_hash() -> str:
    """A hash of all prompt files, heads included: runs with the same hash were told the same."""
    return wording_hash(sorted(FOLDER.glob("*.md")))
