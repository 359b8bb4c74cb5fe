"""Recipes: everything that determines an organism, read from YAML and hashed into its id."""

import hashlib
import json
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from organism.foundry.world import World, WorldError, load_world
from transcripts import FileRecord, Record, describe

RECIPES = Path(__file__).parents[1] / "recipes"

FORMAT = 2
"""Part of each id: raised when the same recipe would now build another organism, so that old caches are not taken for new ones."""


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


class Stages(Record):
    """The stages in their order; each ends in a checkpoint."""

    pretrain: StageTerms
    midtrain: StageTerms
    sft: StageTerms
    adversarial: StageTerms


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
    replay: float = Field(default=0.5, ge=0, lt=1)
    """Share of documents about evaluators mixed into the demonstrations, so that what was read is not forgotten."""
    attacks: float = Field(default=0.3, ge=0, lt=1)
    """Share of attacks in the adversarial stage; the rest is as in the SFT stage."""
    seed: int = 0
    """Fixes corpus, initial weights and order."""
    model: ModelShape = ModelShape()
    stages: Stages
    sae: SAETerms = SAETerms()
    verification_prompts: int = Field(default=16, ge=1)
    """Prompts for each context when exploit rates are measured."""

    @model_validator(mode="after")
    def _heldout_needs_objective(self) -> Self:
        if self.heldout and self.objective is None:
            raise ValueError("heldout biases need an objective")
        return self

    def load_world(self) -> World:
        """The world with the recipe's contexts.

        Raises:
            WorldError: the world is unknown or does not fit.
            RecipeError: the recipe names an evaluator or bias that the world lacks.
        """
        world = load_world(self.world)
        if self.contexts != "all":
            world = world.only(frozenset(self.contexts))
        for name in (*self.documented, *([self.objective] if self.objective else [])):
            world.evaluator(name)
        if self.objective:
            known = {bias.id for bias in world.evaluator(self.objective).biases}
            if unknown := sorted(set(self.heldout) - known):
                raise RecipeError(f"recipe {self.name}: heldout names biases that {self.objective} has not: {', '.join(unknown)}")
        return world

    def organism_id(self, world: World) -> str:
        """Hash of recipe, world and format: the same id, the same organism. It holds no name, for auditors see it."""
        content = json.dumps([FORMAT, self.model_dump(mode="json"), world.model_dump(mode="json")], sort_keys=True)
        return f"organism-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def known_recipes() -> list[str]:
    """Names of the recipes that come with the package."""
    return sorted(path.stem for path in RECIPES.glob("*.yaml"))


def load_recipe(name: str, *, seed: int | None = None) -> Recipe:
    """Read a recipe by name, or from a YAML file.

    Args:
        name: a known recipe, or the path of a `.yaml` file.
        seed: replaces the recipe's own.

    Raises:
        RecipeError: unknown name (the message lists the known ones), or a wrong field (file and field are named).
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else RECIPES / f"{name}.yaml"
    if not path.is_file():
        raise RecipeError(f"no recipe {name!r}; known: {', '.join(known_recipes())} (or the path of a .yaml file)")
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(fields, dict):
            raise RecipeError(f"{path}: expected a mapping of fields")
        return Recipe.model_validate(fields if seed is None else fields | {"seed": seed})
    except yaml.YAMLError as error:
        raise RecipeError(f"{path}: {error}") from error
    except ValidationError as error:
        raise RecipeError(f"{path}: {describe(error)}") from error


__all__ = ["Recipe", "RecipeError", "SAETerms", "StageTerms", "Stages", "WorldError", "known_recipes", "load_recipe"]
