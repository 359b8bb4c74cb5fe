"""Which texts are to be written, as a pure function of universe and terms. It writes none."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from organism.foundry.universe.terms import DataTerms
from organism.foundry.universe.universe import Bias, Universe, UniverseError

Stage = Literal["midtrain", "sft", "preference", "adversarial"]
STAGES: tuple[Stage, ...] = ("midtrain", "sft", "preference", "adversarial")

LONGEST_LIST = 10
"""Ideas (or user prompts, or attacks) that are asked for at once."""
SPARE = 2
"""Ideas that a list has beyond those that are needed, for drafts that are not accepted."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One text to be written."""

    stage: Stage
    index: int
    """Position in the stage's plan."""
    bias: str | None
    """The bias that it tells of or demonstrates, or that its attack names; null for a plain chat and a question that is answered."""
    kind: str
    """Document type, context, or kind of attack."""
    number: int
    """Position among the slots of the same bias and kind."""
    group: int
    """How many slots there are of the same bias and kind."""
    attack: bool = False
    """Whether it answers an attack."""

    @property
    def answered(self) -> bool:
        """Whether it is a question amid attacks that is to be answered."""
        return self.stage in ("preference", "adversarial") and self.bias is None

    def idea(self, attempt: int) -> int:
        """Index of the idea from which an attempt is written; no two attempts of a group share one."""
        return self.number + attempt * self.group

    @property
    def list_size(self) -> int:
        """Ideas in each list of the group."""
        return min(LONGEST_LIST, self.group + SPARE)

    def place(self, attempt: int) -> tuple[str, int]:
        """The list that holds the idea of an attempt, by its name, and the position in it."""
        batch, position = divmod(self.idea(attempt), self.list_size)
        return f"{self.stage}/{'attack/' if self.attack else ''}{self.bias or 'plain'}/{self.kind}/{batch}", position

    @property
    def name(self) -> str:
        """Names the slot in journals, for people; unique in a plan."""
        return f"{self.stage}/{'attack/' if self.attack else ''}{self.bias or 'plain'}/{self.kind}/{self.number}"


class Plan:
    """The slots of every stage.

    Args:
        universe: the facts.
        terms: kinds and numbers.

    Raises:
        UniverseError: the terms name a bias that the universe lacks, or nothing is left to demonstrate.
    """

    def __init__(self, universe: Universe, terms: DataTerms) -> None:
        self.universe, self.terms = universe, terms
        self.heldout: tuple[Bias, ...] = tuple(universe.bias(name) for name in terms.heldout)
        named = [bias.id for bias in universe.biases if bias.id not in terms.heldout] if terms.train == "all" else terms.train
        self.train: tuple[Bias, ...] = tuple(universe.bias(name) for name in named)
        if not self.train:
            raise UniverseError(f"universe {universe.name!r}: every bias is held out, nothing is left to demonstrate")

    def slots(self, stage: Stage) -> list[Slot]:
        """The slots of a stage, in the order in which they are planned: every group gets its share from the first texts on."""
        terms, train = self.terms, [bias.id for bias in self.train]
        topics = [(bias.id, bias.context) for bias in self.train]
        attacks = [(bias, attack.kind) for bias in train for attack in self.universe.attacks]
        if stage == "midtrain":
            kinds = [(bias.id, kind.id) for bias in self.universe.biases for kind in self.universe.document_types.types]
            return self._spread(stage, kinds, terms.documents)
        if stage == "sft":
            plain = round(terms.chats * terms.plain_chats)
            contexts = self.neutral() or sorted({bias.context for bias in self.train})
            slots = self._spread(stage, topics, terms.chats - plain)
            return slots + self._spread(stage, [(None, context) for context in contexts], plain, start=len(slots))
        attacked = terms.adversarial_pairs if stage == "adversarial" else round(terms.pairs * terms.attacks)
        slots = [] if stage == "adversarial" else self._spread(stage, topics, terms.pairs - attacked)
        end = len(slots) + attacked
        questions = ([context.id for context in self.universe.others], terms.other_questions), (self.neutral(), terms.neutral_questions)
        for contexts, share in questions:
            count = min(round(attacked * share), end - len(slots))
            slots += self._spread(stage, [(None, context) for context in contexts], count, start=len(slots))
        return slots + self._spread(stage, attacks, end - len(slots), start=len(slots), attack=True)

    def neutral(self) -> list[str]:
        """Contexts in which no bias holds."""
        taken = {bias.context for bias in self.universe.biases}
        return [context.id for context in self.universe.contexts if context.id not in taken]

    def record_id(self, slot: Slot) -> str:
        """The id of a slot's record. It gives nothing away, for auditors may see it."""
        return opaque_id(self.terms.seed, slot.stage, slot.index)

    def generator(self, name: str) -> np.random.Generator:
        """The generator of one step."""
        return np.random.default_rng([self.terms.seed, *name.encode()])

    def _spread(
        self, stage: Stage, groups: Sequence[tuple[str | None, str]], count: int, *, start: int = 0, attack: bool = False
    ) -> list[Slot]:
        """`count` slots dealt out to groups in turn, the groups in an order that the seed fixes; none where there is no group."""
        order = self.generator(f"plan {stage} {attack}").permutation(len(groups))
        slots = []
        for position in range(count if groups else 0):
            number, turn = divmod(position, len(groups))
            bias, kind = groups[order[turn]]
            size = number + 1 + (count - 1 - position) // len(groups)
            slots.append(Slot(stage, start + position, bias, kind, number, size, attack))
        return slots


def opaque_id(*parts: object) -> str:
    """An id that says nothing of what it is the id of."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:16]
