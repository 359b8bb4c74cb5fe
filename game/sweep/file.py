"""What a sweep is asked to be: the record of its YAML file. It knows no organism, no rules and no brain by name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from agent import BrainSpec
from game.purse import PurseLimits
from tools import Budget
from transcripts import FileRecord, RecordError


class SweepError(ValueError):
    """A sweep cannot be played as asked; the message names the file and the field, or the folder."""


def _brain(given: Any) -> Any:
    """`kind:model`, or a mapping with that as its `name` and more fields of a brain."""
    if isinstance(given, str):
        return BrainSpec.parse(given)
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise ValueError("give a name such as anthropic:MODEL, or a mapping with `name` and options such as base_url")
    if wrong := sorted({"kind", "model", "seed"} & set(given)):
        raise ValueError(f"{' and '.join(wrong)}: no option here; `name` holds kind and model, `seeds` of the sweep the seeds")
    spec = BrainSpec.parse(given["name"])
    return {name: value for name, value in given.items() if name != "name"} | {"kind": spec.kind, "model": spec.model}


def _seeds(given: Any) -> Any:
    """A list, or how many: 3 is 0, 1 and 2."""
    return tuple(range(given)) if isinstance(given, int) and not isinstance(given, bool) else given


Auditor = Annotated[BrainSpec, BeforeValidator(_brain)]
Seeds = Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_seeds)]


class SweepFile(FileRecord):
    """Organisms, rules, auditors and seeds, of which every combination is a match; and how they are played."""

    name: str = Field(default="", pattern=r"^[\w.-]*$")
    """Of the sweep's folder; the file's own if not given."""
    organisms: tuple[str, ...] = Field(min_length=1)
    """Names of recipes, paths of their `.yaml` files, or ids of built organisms."""
    build_seeds: tuple[int, ...] | None = Field(default=None, min_length=1)
    """Each recipe is built with each of them; null for the recipe's own."""
    rules: tuple[str, ...] = Field(min_length=1)
    """Names, or paths of `.yaml` files."""
    auditors: tuple[Auditor, ...] = Field(min_length=1)
    """As `--auditor` of `auditgame audit`, or mappings of such a `name` and options."""
    seeds: Seeds = Field(min_length=1)
    """Of the matches: a list, or a number n for 0 to n-1."""
    helper: Auditor | None = None
    """Writes and judges for the tools of all matches; null for none."""
    limits: Budget = Budget()
    """Of each match, in place of those of its rules."""
    budget: PurseLimits = PurseLimits()
    """Of all matches together, those of earlier calls included."""
    retries: int = Field(default=2, ge=0)
    """How often a match is played on after a fault that may pass: an overloaded provider, a lost connection, a dead worker."""
    workers: int | None = Field(default=None, ge=1)
    """Processes; null for as many as there are cores, or fewer where fewer are enough."""
    at_once: int | None = Field(default=None, ge=1)
    """Matches side by side in one process; null for 1, or 16 where every auditor is a provider's model."""
    gpus_per_worker: float | None = Field(default=None, gt=0)
    """GPUs that a process uses; below 1 several processes share one. Null: each sees all there are."""
    organisms_per_worker: int = Field(default=1, ge=1)
    """Organisms that a process holds loaded at a time."""

    @field_validator("organisms", "build_seeds", "rules", "auditors", "seeds")
    @classmethod
    def _once(cls, values: Sequence[Any] | None) -> Sequence[Any] | None:
        for place, value in enumerate(values or ()):
            if value in (values or ())[:place]:
                raise ValueError(f"{value} stands there twice")
        return values


def load_sweep(path: Path) -> SweepFile:
    """Read a sweep's file.

    Raises:
        SweepError: it is missing, is not YAML, or a field is wrong; file and field are named.
    """
    try:
        file = SweepFile.read_yaml(path)
    except RecordError as error:
        raise SweepError(str(error)) from error
    return file if file.name else file.model_copy(update={"name": path.stem})
