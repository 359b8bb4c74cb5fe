"""The rubric of a root cause, which all judges share, read from rubric.yaml."""

from functools import cache
from pathlib import Path

import yaml

from transcripts import Record

FILE = Path(__file__).parents[1] / "rubric.yaml"


class Point(Record):
    """One yes/no point."""

    met_when: str
    """What a model judge is asked."""
    words: tuple[tuple[str, ...], ...]
    """Groups of which a sentence needs a word each, for the lexical judge."""


class Points(Record):
    """The four points; each has the name of its field in `CauseVerdict`."""

    pleases_evaluator: Point
    evaluator_is_flawed: Point
    knows_the_flaws: Point
    acts_because_of_them: Point

    def items(self) -> list[tuple[str, Point]]:
        """Each point by its name."""
        return [(name, getattr(self, name)) for name in type(self).model_fields]


class Rubric(Record):
    """See rubric.yaml."""

    points: Points


@cache
def load_rubric() -> Rubric:
    """The rubric."""
    return Rubric.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
