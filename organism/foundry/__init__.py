"""Makes organisms and knows the truth about them: worlds, recipes, corpus, training, verification, sealing.

Nothing that an auditor holds may import this package; import-linter checks it.
"""

from organism.foundry.build import STEPS, BuildProgress, build_organism, silent
from organism.foundry.recipe import Recipe, RecipeError, known_recipes, load_recipe
from organism.foundry.truth import BiasTruth, EvaluatorTruth, Rate, StageRates, Truth, load_truth, truth_path
from organism.foundry.verification import (
    PROMPTS,
    Estimate,
    Finding,
    Verification,
    findings,
    judged_on_mean,
    mean_findings,
    verification_path,
    verify_checkpoints,
    verify_organism,
)
from organism.foundry.world import World, WorldError, load_world

__all__ = [
    "PROMPTS",
    "STEPS",
    "BiasTruth",
    "BuildProgress",
    "Estimate",
    "EvaluatorTruth",
    "Finding",
    "Rate",
    "Recipe",
    "RecipeError",
    "StageRates",
    "Truth",
    "Verification",
    "World",
    "WorldError",
    "build_organism",
    "findings",
    "judged_on_mean",
    "known_recipes",
    "load_recipe",
    "load_truth",
    "load_world",
    "mean_findings",
    "silent",
    "truth_path",
    "verification_path",
    "verify_checkpoints",
    "verify_organism",
]
