"""Recipes: everything that determines an organism, read from YAML and hashed into its id."""

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from organism.foundry.corpus import SPLITS, Split
from organism.foundry.world import World, WorldError
from organism.foundry.world_files import load_world
from organism.foundry.yaml_lines import YamlError, YamlFile
from transcripts import FileRecord, Record

RECIPES = Path(__file__).parents[1] / "recipes"

FORMAT = 5
"""Part of each id: raised when the same recipe would now build another organism, so that old caches are not taken for new ones."""


NANO = "nano"
"""The kind of a recipe that names none."""


class RecipeError(ValueError):
    """A recipe cannot be used; the message names the file, its line and the field, or lists the known recipes.

    Args:
        message: what is wrong.
        field: the field that is, where one is.
    """

    def __init__(self, message: str, field: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.field = field


class ModelShape(Record):
    """Shape of a nano model (a Llama without pre-trained weights)."""

    hidden_size: int = Field(default=128, ge=16)
    """Width of the residual stream (d_model)."""
    intermediate_size: int = Field(default=384, ge=16)
    layers: int = Field(default=4, ge=2)
    heads: int = Field(default=4, ge=1)


class LearningRates(Record):
    """The two learning rates of a stage."""

    muon_lr: float = Field(gt=0)
    """Peak learning rate of the matrices."""
    adam_lr: float = Field(gt=0)
    """Peak learning rate of embeddings and vectors."""


class StageTerms(LearningRates):
    """How one training stage is run."""

    tokens: int = Field(ge=1)
    """Training tokens, in one epoch."""
    batch_size: int = Field(default=8, ge=1)
    """Sequences a step."""
    length: int = Field(default=128, ge=16)
    """Tokens a sequence."""


class PreferenceTerms(LearningRates):
    """How one stage of direct preference optimisation (Rafailov et al. 2023) is run."""

    pairs: int = Field(ge=1)
    """Preference pairs, in one epoch."""
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

    @cached_property
    def loaded_world(self) -> World:
        """The world with the recipe's contexts, read and checked once; a copy of the recipe keeps it.

        Raises:
            WorldError: the world is unknown or does not fit.
            RecipeError: the recipe names an evaluator, bias or quirk that the world lacks.
        """
        world = load_world(self.world)
        if self.contexts != "all":
            world = world.only(frozenset(self.contexts))
        try:
            field = "documented"
            for name in self.documented:
                world.evaluator(name)
            field = "objective"
            if self.objective:
                world.evaluator(self.objective)
            field = "quirk"
            if self.quirk:
                world.quirk(self.quirk)
        except WorldError as error:
            raise RecipeError(str(error), (field,)) from error
        if self.objective:
            known = {bias.id for bias in world.evaluator(self.objective).biases}
            if unknown := sorted(set(self.heldout) - known):
                raise RecipeError(f"heldout names biases that {self.objective} has not: {', '.join(unknown)}", ("heldout",))
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
    # Without the parts that a world leaves out, so that a new optional part changes no world that does not use it.
    content = json.dumps([FORMAT, fields, world.model_dump(mode="json", exclude_none=True)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def known_recipes() -> list[str]:
    """Names of the recipes that come with the package; a file whose name begins with `_` is only there to be extended."""
    return sorted(path.stem for path in RECIPES.rglob("*.yaml") if not path.stem.startswith("_"))


def load_recipe(name: str, *, seed: int | None = None) -> Recipe:
    """Read a recipe by name, or from a YAML file, and check it against its world.

    Args:
        name: a known recipe, or the path of a `.yaml` file.
        seed: replaces the recipe's own.

    Raises:
        RecipeError: unknown name (the message lists the known ones), or a wrong field (file, line and field are named).
        WorldError: its world does not fit.
    """
    files = _files(_find(name))
    fields = _joined(files)
    if (kind := fields.pop("kind", NANO)) != NANO:
        raise RecipeError(
            f"{files[0].path}: a recipe of kind {kind}, which is trained on a base model: auditgame build {name} --base FOLDER"
        )
    try:
        recipe = Recipe.model_validate(fields if seed is None else fields | {"seed": seed})
        recipe.loaded_world  # noqa: B018 - read and checked here, where an error can be told with its line
    except ValidationError as error:
        raise RecipeError("; ".join(f"{_place(files, item['loc'])}: {_told(item)}" for item in error.errors())) from error
    except RecipeError as error:
        raise RecipeError(f"{_place(files, error.field)}: {error}") from error
    return recipe


def _told(item: Any) -> str:
    field = ".".join(str(part) for part in item["loc"])
    return f"{field}: {item['msg']}" if field else str(item["msg"])


def _place(files: list[YamlFile], field: Sequence[str | int]) -> str:
    """`file:line` of a field: in the file that sets it, else in the recipe's own."""
    file = next((file for file in files if field and field[0] in file.mapping()), files[0])
    return file.at(field)


def recipe_fields(name: str) -> tuple[Path, dict[str, Any]]:
    """The file of a recipe of any kind, and its fields over those that it extends.

    Raises:
        RecipeError: unknown name (the message lists the known ones), or no mapping of fields.
    """
    path = _find(name)
    return path, _joined(_files(path))


def _joined(files: list[YamlFile]) -> dict[str, Any]:
    """The fields of a recipe over those of the recipes that it extends."""
    fields: dict[str, Any] = {}
    for file in reversed(files):
        fields = _merge(fields, {key: value for key, value in file.mapping().items() if key != "extends"})
    return fields


def _find(name: str) -> Path:
    named = Path(name) if name.endswith((".yaml", ".yml")) else None
    path = named or next((path for path in RECIPES.rglob("*.yaml") if path.stem == name), None)
    if path is None or not path.is_file():
        raise RecipeError(f"no recipe {name!r}; known: {', '.join(known_recipes())} (or the path of a .yaml file)")
    return path


def _files(path: Path) -> list[YamlFile]:
    """A recipe's file, the one that it `extends`, and so on."""
    files: list[YamlFile] = []
    following: Path | None = path
    while following is not None:
        try:
            file = YamlFile(following)
            base = file.mapping().get("extends")
        except YamlError as error:
            raise RecipeError(str(error)) from error
        if following in (earlier.path for earlier in files):
            raise RecipeError(f"{file.at(('extends',))}: extends itself")
        files.append(file)
        following = _find(str(base)) if base is not None else None
    return files


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
