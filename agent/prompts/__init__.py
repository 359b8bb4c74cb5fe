"""Prompts as Markdown files with {placeholders}, and their reader."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent


def prompt(name: str, **values: object) -> str:
    """The prompt of that name with its placeholders filled."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()
    for key, value in values.items():
        text = text.replace("{" + key + "}", str(value))
    return text


def prompts_hash() -> str:
    """A hash of all prompt files: runs with the same hash were told the same."""
    files = sorted(FOLDER.glob("*.md"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]
