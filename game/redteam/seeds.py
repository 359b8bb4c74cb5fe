"""The instructions from which a red-teamer starts, one a match: a list that comes with the package, or a user's own. It plays nothing."""

import re
from pathlib import Path

import yaml

SEEDS = Path(__file__).with_name("seeds.yaml")
LONGEST = 2000
"""Characters of an instruction."""
MARK = re.compile(r"^(?:[-*+]|\d+[.)])\s+")
"""Before an item of a list in Markdown."""


class SeedsError(ValueError):
    """A file of instructions cannot be used; the message says why."""


def read_seeds(path: Path = SEEDS) -> list[str]:
    """The instructions of a file, each once: a list in YAML, or in any other file a line each, headings aside.

    Raises:
        SeedsError: there is none, or one is no text or too long.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".yaml", ".yml"):
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise SeedsError(f"{path}: {' '.join(str(error).split())}") from error
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise SeedsError(f"{path}: not a list of texts, one an instruction")
    else:
        found = [MARK.sub("", line.strip()) for line in text.splitlines() if not line.startswith("#")]
    seeds = list(dict.fromkeys(item.strip() for item in found if item.strip()))
    if not seeds:
        raise SeedsError(f"{path}: no instruction in it")
    if long := next((item for item in seeds if len(item) > LONGEST), None):
        raise SeedsError(f"{path}: an instruction of {len(long)} characters ({long[:60]!r}…); the longest may have {LONGEST}")
    return seeds
