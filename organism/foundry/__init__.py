"""Makes organisms and knows the truth about them: worlds, recipes, corpus, training, verification, sealing.

Nothing that an auditor holds may import this package; import-linter checks it.
"""

from organism.foundry.build import STEPS, BuildProgress, build_organism, silent
from organism.foundry.recipe import Recipe, RecipeError, known_recipes, load_recipe
from organism.foundry.truth import BiasTruth, EvaluatorTruth, Rate, StageRates, Truth, load_truth, truth_path
from organism.foundry.world import World, WorldError
from organism.foundry.world_files import load_world
from organism.foundry.zoo import build_zoo, zoo_recipes

__all__ = [
    "STEPS",
    "BiasTruth",
    "BuildProgress",
    "EvaluatorTruth",
    "Rate",
    "Recipe",
    "RecipeError",
    "StageRates",
    "Truth",
    "World",
    "WorldError",
    "build_organism",
    "build_zoo",
    "known_recipes",
    "load_recipe",
    "load_truth",
    "load_world",
    "silent",
    "truth_path",
    "zoo_recipes",
]
