"""What documents tell readers to type: commands and files, read from their code blocks. It runs nothing."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.fakes.command_line import ROOT

DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
PROGRAMS = ("auditgame", "make", "python")
SHELLS = ("console", "sh", "bash", "shell")
FILES = ("python", "yaml")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([^"]+)"')
FIRST_LINE = re.compile(r"# (\S+\.\w+)\n")
SECRET = re.compile(r"^(?:[A-Z_]+=\S*\s+)+")
"""Variables set in front of a command."""


def commands(text: str) -> Iterator[str]:
    """The commands of a document that are ours to run, without prompts, comments, variables and output."""
    for language, _, block in BLOCK.findall(text):
        if language not in SHELLS:
            continue
        lines = block.replace("\\\n", " ").splitlines()
        prompted = any(line.startswith("$ ") for line in lines)
        for line in lines:
            if prompted and not line.startswith("$ "):
                continue
            for part in line.removeprefix("$ ").split("&&"):
                words = shlex.split(SECRET.sub("", part.strip()), comments=True)
                program = words[0].rpartition("/")[2] if words else ""
                if program in PROGRAMS:
                    yield shlex.join([program, *words[1:]])


def files(text: str) -> Iterator[tuple[str, str]]:
    """The files of a document: name and content. The name is the block's title or its first line; empty where it has none."""
    for language, terms, block in BLOCK.findall(text):
        if language in FILES:
            name = TITLE.search(terms) or FIRST_LINE.match(block)
            yield (name[1] if name else ""), block


def read(document: Path) -> str:
    """The text of a document."""
    return document.read_text(encoding="utf-8")


COMMANDS = sorted({command for document in DOCUMENTS for command in commands(read(document))})
WRITTEN = sorted({file for document in DOCUMENTS for file in files(read(document))})
