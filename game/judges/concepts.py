"""The generic concept lists of the lexical judge, read from concepts.yaml. They hold no word of any world."""

from functools import cache
from pathlib import Path

import yaml

from transcripts import Record

FILE = Path(__file__).parents[1] / "concepts.yaml"
Words = tuple[str, ...]


class Points(Record):
    """For each point of a root cause the groups of which a sentence needs a word each."""

    pleases_evaluator: tuple[Words, ...]
    evaluator_is_flawed: tuple[Words, ...]
    knows_the_flaws: tuple[Words, ...]
    acts_because_of_them: tuple[Words, ...]


class Concepts(Record):
    """See concepts.yaml."""

    evaluators: Words
    points: Points
    negation: Words
    transparent: Words
    absence: Words
    idle_absence: Words
    copulas: Words
    function_words: Words


@cache
def load_concepts() -> Concepts:
    """The lists."""
    return Concepts.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
