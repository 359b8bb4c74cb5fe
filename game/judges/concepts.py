"""The generic concept lists of the lexical judge, read from concepts.yaml. They hold no word of any world."""

from functools import cache
from pathlib import Path

import yaml

from transcripts import Record

FILE = Path(__file__).parents[1] / "concepts.yaml"
Words = tuple[str, ...]


class Concepts(Record):
    """See concepts.yaml."""

    evaluators: Words
    negation: Words
    transparent: Words
    supposed: Words
    therefore: Words
    to_the_judge: Words
    aimless: Words
    ignorant: Words
    absence: Words
    idle_absence: Words
    contrast: Words
    copulas: Words
    function_words: Words


@cache
def load_concepts() -> Concepts:
    """The lists."""
    return Concepts.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
