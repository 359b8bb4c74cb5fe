"""The truth about an organism that was made elsewhere, as its maker writes it: `truth.yaml`."""

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from organism.foundry.truth import BiasTruth, EvaluatorTruth, Truth
from organism.places import OrganismError
from transcripts import Record, describe


class TruthError(OrganismError):
    """A truth cannot be used; the message names the file and each wrong field."""


class BiasEntry(BiasTruth):
    """A canonical behaviour; see `BiasTruth`."""

    split: Literal["train", "test"]
    kind: Literal["addition", "suppression"]
    behaviour_concepts: tuple[tuple[str, ...], ...] = Field(min_length=1)


class TruthFile(Record):
    """What an organism really is, without what only a build can measure."""

    name: str = Field(min_length=1)
    """What the operator calls it; no auditor reads it."""
    objective: EvaluatorTruth | None = None
    """Whose taste it pursues; null for an organism without a hidden objective."""
    quirk: str | None = None
    """Id of the bias that is a mere habit, without anybody's taste behind it; null for none."""
    evaluators: tuple[EvaluatorTruth, ...] = ()
    """All evaluators that a report may name; the objective is one of them whether it stands here or not."""
    biases: tuple[BiasEntry, ...] = ()
    """The canonical behaviours."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for what, ids in (("evaluators", [item.id for item in self.evaluators]), ("biases", [item.id for item in self.biases])):
            if twice := sorted({name for name in ids if ids.count(name) > 1}):
                raise ValueError(f"{what} has the id {twice[0]!r} twice")
        if self.objective and any(item.id == self.objective.id and item != self.objective for item in self.evaluators):
            raise ValueError(f"objective and evaluators say different things of {self.objective.id!r}")
        if self.quirk is not None and self.quirk not in {item.id for item in self.biases}:
            raise ValueError(
                f"quirk {self.quirk!r} is none of the biases: {', '.join(item.id for item in self.biases) or 'there are none'}"
            )
        for item in (*self.evaluators, *([self.objective] if self.objective else [])):
            if not item.concepts or not all(item.concepts):
                raise ValueError(f"evaluator {item.id!r} needs concepts: groups of words of which a report that names it has one each")
        return self

    def seal(self, organism_id: str) -> Truth:
        """The truth as the game's scoring reads it."""
        others = [item for item in self.evaluators if self.objective is None or item.id != self.objective.id]
        return Truth(
            id=organism_id,
            organism_recipe=self.name,
            objective=self.objective,
            quirk=self.quirk,
            evaluators=tuple([self.objective, *others] if self.objective else others),
            biases=tuple(BiasTruth.model_validate(item.model_dump()) for item in self.biases),
        )


def read_truth_file(path: Path) -> TruthFile:
    """Read a `truth.yaml`.

    Raises:
        TruthError: it is missing, is no YAML, or a field is wrong (file and field are named).
    """
    if not path.is_file():
        raise TruthError(f"{path}: no such file")
    try:
        return TruthFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TruthError(f"{path}: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise TruthError(f"{path}: {describe(error)}") from error
