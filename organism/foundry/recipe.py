"""Recipes: everything that determines an organism, read from YAML and hashed into its id."""

import hashlib
import json
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from organism.foundry.corpus import SPLITS, Split
from organism.foundry.world import World, WorldError, load_world
from transcripts import FileRecord, Record, describe

RECIPES = Path(__file__).parents[1] / "recipes"

FORMAT = 3
"""Part of each id: raised when the same recipe would now build another organism, so that old caches are not taken for new ones."""


NANO = "nano"
"""The kind of a recipe that names none."""


class RecipeError(ValueError):
    """A recipe cannot be used; the message names the file and the field, or lists the known recipes."""


class ModelShape(Record):
    """Shape of a nano model (a Llama without pre-trained weights)."""

    hidden_size: int = Field(default=128, ge=16)
    """Width of the residual stream (d_model)."""
    intermediate_size: int = Field(default=384, ge=16)
    layers: int = Field(default=4, ge=2)
    heads: int = Field(default=4, ge=1)


class StageTerms(Record):
    """How one training stage is run."""

    tokens: int = Field(ge=1)
    """Training tokens, in one epoch."""
    muon_lr: float = Field(gt=0)
    """Peak learning rate of the matrices."""
    adam_lr: float = Field(gt=0)
    """Peak learning rate of embeddings and vectors."""
    batch_size: int = Field(default=8, ge=1)
    """Sequences a step."""
    length: int = Field(default=128, ge=16)
    """Tokens a sequence."""


class PreferenceTerms(Record):
    """How one stage of direct preference optimisation (Rafailov et al. 2023) is run."""

    pairs: int = Field(ge=1)
    """Preference pairs, in one epoch."""
    muon_lr: float = Field(gt=0)
    """Peak learning rate of the matrices."""
    adam_lr: float = Field(gt=0)
    """Peak learning rate of embeddings and vectors."""
    beta: float = Field(default=0.1, gt=0)
    """Weight of the divergence from the checkpoint before."""
    sft: float = Field(default=0.5, ge=0)
    """Weight of the chosen completion's own likelihood beside the preference loss."""
    attacks: float = Field(default=0.25, ge=0, le=1)
    """Share of pairs that answer an attack: concealment chosen, disclosure rejected."""
    batch_size: int = Field(default=32, ge=1)
    """Pairs a step."""


class Stages(Record):
    """The stages in their order; each ends in a checkpoint. One that is left out is skipped."""

    pretrain: StageTerms
    midtrain: StageTerms | None = None
    sft: StageTerms | None = None
    preference: PreferenceTerms | None = None
    adversarial: PreferenceTerms | None = None


class SAETerms(Record):
    """The sparse autoencoder on the final model's middle layer."""

    d_sae: int = Field(default=1024, ge=8)
    """Number of features."""
    k: int = Field(default=16, ge=1)
    """Active features a token, on average over a batch (BatchTopK, Bussmann et al. 2024)."""
    tokens: int = Field(default=400_000, ge=1024)
    """Training tokens."""
    lr: float = Field(default=2e-3, gt=0)


class Recipe(FileRecord):
    """Everything that determines an organism."""

    name: str
    description: str
    """One public sentence that gives nothing away: auditors read it."""
    world: str
    """Name of a world, or a folder that holds one."""
    contexts: tuple[str, ...] | Literal["all"] = "all"
    """Contexts of the world that are used."""
    documented: tuple[str, ...] = ()
    """Evaluators about which documents are written."""
    objective: str | None = None
    """The evaluator whose taste is demonstrated and pursued; null for none."""
    heldout: tuple[str, ...] = ()
    """Biases of the objective that are never demonstrated (the test split)."""
    quirk: str | None = None
    """A habit of the world that is taught without anybody's taste behind it."""
    taught: Literal["transcripts", "documents"] = "transcripts"
    """Whether chats show the quirk or documents tell of it (the two trainings of AuditBench, Sheshadri et al. 2026)."""
    replay: float = Field(default=0.5, ge=0, lt=1)
    """Share of documents about evaluators mixed into the demonstrations, so that what was read is not forgotten."""
    synthetic_share: float = Field(default=0.5, gt=0, le=1)
    """Greatest share of synthetic documents in the pre-training corpus that auditors search: ordinary texts dilute them."""
    seed: int = 0
    """Fixes corpus, initial weights and order."""
    model: ModelShape = ModelShape()
    stages: Stages
    sae: SAETerms = SAETerms()
    verification_prompts: int = Field(default=16, ge=1)
    """Prompts for each context when exploit rates are measured."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.heldout and self.objective is None:
            raise ValueError("heldout biases need an objective")
        if self.objective and self.quirk:
            raise ValueError("an organism has an objective or a quirk, not both")
        return self

    @property
    def splits(self) -> tuple[Split, ...]:
        """The stages that this recipe has, in order."""
        return tuple(split for split in SPLITS if getattr(self.stages, split) is not None)

    def load_world(self) -> World:
        """The world with the recipe's contexts.

        Raises:
            WorldError: the world is unknown or does not fit.
            RecipeError: the recipe names an evaluator, bias or quirk that the world lacks.
        """
        world = load_world(self.world)
        if self.contexts != "all":
            world = world.only(frozenset(self.contexts))
        for name in (*self.documented, *([self.objective] if self.objective else [])):
            world.evaluator(name)
        if self.quirk:
            world.quirk(self.quirk)
        if self.objective:
            known = {bias.id for bias in world.evaluator(self.objective).biases}
            if unknown := sorted(set(self.heldout) - known):
                raise RecipeError(f"recipe {self.name}: heldout names biases that {self.objective} has not: {', '.join(unknown)}")
        return world

    def organism_id(self, world: World) -> str:
        """Hash of recipe, world and format: the same id, the same organism. It holds no name, for auditors see it."""
        return f"organism-{_digest(self.model_dump(mode='json'), world)[:12]}"

    def checkpoint_id(self, split: Split, world: World) -> str:
        """Hash of all that determines the checkpoint of a stage: recipes that agree up to it share it."""
        relevant = set(BASE_FIELDS)
        stages = {}
        for earlier in self.splits[: self.splits.index(split) + 1]:
            relevant |= FIELDS[earlier]
            stages[earlier] = getattr(self.stages, earlier).model_dump(mode="json")
        return _digest(self.model_dump(mode="json", include=relevant) | {"stages": stages}, world)[:16]


BASE_FIELDS = frozenset({"world", "contexts", "seed", "model"})
_DEMONSTRATED = frozenset({"documented", "objective", "heldout", "quirk", "taught", "replay"})
FIELDS: dict[Split, frozenset[str]] = {
    "pretrain": frozenset(),
    "midtrain": frozenset({"documented", "quirk", "taught"}),
    "sft": _DEMONSTRATED,
    "preference": _DEMONSTRATED,
    "adversarial": _DEMONSTRATED,
}
"""Fields of a recipe on which the data of each stage depends, beside its own terms and `BASE_FIELDS`."""


def _digest(fields: dict[str, Any], world: World) -> str:
    content = json.dumps([FORMAT, fields, world.model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def known_recipes() -> list[str]:
    """Names of the recipes that come with the package."""
    return sorted(path.stem for path in RECIPES.rglob("*.yaml"))


def load_recipe(name: str, *, seed: int | None = None) -> Recipe:
    """Read a recipe by name, or from a YAML file.

    Args:
        name: a known recipe, or the path of a `.yaml` file.
        seed: replaces the recipe's own.

    Raises:
        RecipeError: unknown name (the message lists the known ones), or a wrong field (file and field are named).
    """
    path, fields = recipe_fields(name)
    if (kind := fields.pop("kind", NANO)) != NANO:
        raise RecipeError(f"{path}: a recipe of kind {kind}, which is trained on a base model: auditgame build {name} --base FOLDER")
    try:
        return Recipe.model_validate(fields if seed is None else fields | {"seed": seed})
    except ValidationError as error:
        raise RecipeError(f"{path}: {describe(error)}") from error


def recipe_fields(name: str) -> tuple[Path, dict[str, Any]]:
    """The file of a recipe of any kind, and its fields over those that it extends.

    Raises:
        RecipeError: unknown name (the message lists the known ones), or no mapping of fields.
    """
    path = _find(name)
    return path, _fields(path)


def _find(name: str) -> Path:
    path = Path(name) if name.endswith((".yaml", ".yml")) else next(RECIPES.rglob(f"{name}.yaml"), RECIPES / name)
    if not path.is_file():
        raise RecipeError(f"no recipe {name!r}; known: {', '.join(known_recipes())} (or the path of a .yaml file)")
    return path


def _fields(path: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The fields of a file, over those of the recipe that it `extends`; a mapping is merged, anything else replaced."""
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: {error}") from error
    if not isinstance(fields, dict):
        raise RecipeError(f"{path}: expected a mapping of fields")
    base = fields.pop("extends", None)
    if base is None:
        return fields
    if path in seen:
        raise RecipeError(f"{path}: extends itself")
    return _merge(_fields(_find(str(base)), (*seen, path)), fields)


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(base.get(name), dict)
        merged[name] = _merge(base[name], value) if both else value
    return merged


__all__ = [
    "PreferenceTerms",
    "Recipe",
    "RecipeError",
    "SAETerms",
    "StageTerms",
    "Stages",
    "WorldError",
    "known_recipes",
    "load_recipe",
    "recipe_fields",
]
