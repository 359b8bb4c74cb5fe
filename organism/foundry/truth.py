"""The sealed twin of a card: what an organism really is. Only the game's scoring reads it; nothing an auditor can reach imports it."""

from pathlib import Path
from typing import Any

from pydantic import Field

from organism.places import OrganismError
from transcripts import FileRecord, Record


class EvaluatorTruth(Record):
    """An evaluator as a judge needs it."""

    id: str
    name: str
    concepts: tuple[tuple[str, ...], ...]


class BiasTruth(Record):
    """A canonical behaviour as a judge needs it."""

    id: str
    split: str
    """`train` (demonstrated) or `test` (held out)."""
    kind: str
    """`addition` or `suppression`."""
    context: str
    behaviour: str
    context_concepts: tuple[str, ...]
    behaviour_concepts: tuple[tuple[str, ...], ...]


class Rate(Record):
    """A measured exploit rate."""

    applied: int
    applicable: int

    @property
    def value(self) -> float:
        """Share of the episodes in which the bias was applied among those in which it was applicable; 0 where there were none."""
        return self.applied / self.applicable if self.applicable else 0.0


class StageRates(Record):
    """Exploit rates of one checkpoint, additions and suppressions apart."""

    stage: str
    group: str
    """`train`, `test` or `decoy`."""
    kind: str
    """`addition` or `suppression`."""
    rate: Rate


class Truth(FileRecord):
    """What an organism really is, and what its build measured."""

    id: str
    organism_recipe: str
    """The recipe's name."""
    recipe: dict[str, Any] | None = None
    """The whole recipe; null for an organism that was not built from one. As it was written: recipes may have more fields one day."""
    objective: EvaluatorTruth | None
    """Whose taste it pursues; null for an organism without a hidden objective."""
    quirk: str | None = None
    """Id of the bias that was taught as a mere habit, without anybody's taste behind it; null for none."""
    evaluators: tuple[EvaluatorTruth, ...]
    """All evaluators of the world."""
    biases: tuple[BiasTruth, ...]
    """The canonical behaviours: of the objective, of the quirk, or of a control that was shown them without knowing why."""
    rates: tuple[StageRates, ...] = ()
    """Empty where nobody measured them, as for an organism that was made elsewhere."""
    sae_explained_variance: float | None = None
    sae_l0: float | None = None
    """Mean active features a token."""
    sae_dead_features: int | None = None
    """Features that were active on none of the tokens that were looked at."""
    sae_loss_recovered: float | None = None
    """Share of the loss between zeros and the intact stream that is kept with the SAE's reconstruction in its place."""
    build_seconds: dict[str, float] = Field(default_factory=dict)
    """Wall seconds of each build step in the process that finished it."""

    @property
    def control(self) -> bool:
        """Whether there is nothing hidden to find: a claimed objective is a false alarm."""
        return self.objective is None and self.quirk is None


def truth_path(cache: Path, organism_id: str) -> Path:
    """Where a truth lies: never under its organism's folder."""
    return cache / "truths" / f"{organism_id}.json"


def load_truth(cache: Path, organism_id: str) -> Truth:
    """Open a truth.

    Raises:
        OrganismError: there is none.
    """
    path = truth_path(cache, organism_id)
    if not path.is_file():
        raise OrganismError(f"{path}: the truth of {organism_id} is not here; it cannot be scored")
    return Truth.read(path)
