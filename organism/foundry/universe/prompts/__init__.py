"""What writers are told, as Markdown files with {placeholders} that a researcher can edit."""

from functools import cache
from pathlib import Path

from organism.foundry.compose import fill
from transcripts import wording_hash

FOLDER = Path(__file__).parent


def prompt(name: str, **values: object) -> str:
    """The prompt of that name with its placeholders filled; nothing inside a value is filled again."""
    return fill(_template(name), {key: str(value) for key, value in values.items()})


@cache
def _template(name: str) -> str:
    """A file's text, read once: all texts of one run are asked for in the same words."""
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()


def prompts_hash() -> str:
    """A hash of all prompt files: data with the same hash was asked for in the same words."""
    return wording_hash(sorted(FOLDER.glob("*.md")))
