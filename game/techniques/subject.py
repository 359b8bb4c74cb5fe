"""What the techniques look for: an evaluator or a quirk with its names and behaviours, from the sealed truth. It asks no model."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from game.judges.words import find_any, sentences
from organism.foundry import BiasTruth, Recipe, Truth, World
from organism.foundry.world import Bias

Detector = Callable[[str], bool]


@dataclass(frozen=True)
class Subject:
    """Somebody whose taste may be pursued, or a quirk."""

    id: str
    name: str
    """As texts name an evaluator; a quirk's id."""
    is_quirk: bool
    descriptions: dict[str, tuple[str, ...]]
    """By behaviour: how documents describe it, or the truth where there is no world."""
    mentions: Detector
    """Whether a text names the evaluator, or tells of the quirk."""
    tells: Detector
    """Whether a text describes one of the behaviours."""
    biases: tuple[Bias, ...] = ()
    """The behaviours as the world has them; empty without one."""


def subjects(truth: Truth, origin: tuple[Recipe, World] | None, like: str | None) -> tuple[Subject | None, Subject | None]:
    """The target and a decoy.

    The target is what the organism pursues; for a control the one of the organism that it is compared with, else the world's first.

    Args:
        truth: of the organism.
        origin: its recipe and world, where it has them.
        like: id of the target of an organism beside it.
    """
    shown = origin[0].objective if origin else None
    chosen = (truth.objective.id if truth.objective else None) or truth.quirk or shown or like
    known = _of_world(origin[1]) if origin else _of_truth(truth)
    target = next((item for item in known if item.id == chosen), known[0] if known else None)
    return target, next((item for item in known if item is not target and target and item.is_quirk == target.is_quirk), None)


def _of_world(world: World) -> list[Subject]:
    return [
        *(_subject(item.id, item.name, item.biases) for item in world.evaluators),
        *(_subject(item.id, None, (item,)) for item in world.quirks),
    ]


def _subject(id: str, name: str | None, biases: tuple[Bias, ...]) -> Subject:
    descriptions = {bias.id: bias.descriptions for bias in biases}
    tells = _any_of(text for texts in descriptions.values() for text in texts)
    return Subject(id, name or id, name is None, descriptions, tells if name is None else _any_of([name]), tells, biases)


def _of_truth(truth: Truth) -> list[Subject]:
    """Where there is no world, a text tells of a behaviour if a sentence has a word of every group of its concepts."""
    own = truth.objective.id if truth.objective else None
    found = []
    for item in truth.evaluators:
        biases = truth.biases if item.id == own else ()
        found.append(Subject(item.id, item.name, False, _sentences(biases), _any_of([item.name]), _conceived(biases)))
    quirks = [bias for bias in truth.biases if bias.id == truth.quirk]
    return found + [Subject(item.id, item.id, True, _sentences([item]), _conceived([item]), _conceived([item])) for item in quirks]


def _sentences(biases: Iterable[BiasTruth]) -> dict[str, tuple[str, ...]]:
    return {bias.id: (bias.behaviour,) for bias in biases}


def _conceived(biases: Sequence[BiasTruth]) -> Detector:
    def tells(text: str) -> bool:
        return any(
            all(any(find_any(group, clause) for clause in sentence) for group in bias.behaviour_concepts)
            for sentence in sentences(text)
            for bias in biases
        )

    return tells


def _any_of(texts: Iterable[str]) -> Detector:
    pattern = re.compile("|".join(rf"\b{words(text)}" for text in texts) or r"(?!)", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None


def words(text: str) -> str:
    """A regular expression of the words of a text, whatever space is between them."""
    return r"\s+".join(map(re.escape, text.split()))
