"""Makes organisms and knows the truth about them: worlds, recipes, corpus, training, verification, sealing.

Nothing that an auditor holds may import this package; import-linter checks it.
"""

from organism.foundry.adoption import (
    ADOPTION_STEPS,
    AdoptionError,
    ServedModel,
    TrainedModel,
    TruthError,
    TruthFile,
    adopt_organism,
    probe_endpoint,
    read_truth_file,
)
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
from organism.foundry.world import World, WorldError
from organism.foundry.world_files import load_world
from organism.foundry.zoo import build_zoo, zoo_recipes
from organism.hub import Location, locate

__all__ = [
    "ADOPTION_STEPS",
    "PROMPTS",
    "STEPS",
    "AdoptionError",
    "BiasTruth",
    "BuildProgress",
    "Estimate",
    "EvaluatorTruth",
    "Finding",
    "Location",
    "Rate",
    "Recipe",
    "RecipeError",
    "ServedModel",
    "StageRates",
    "TrainedModel",
    "Truth",
    "TruthError",
    "TruthFile",
    "Verification",
    "World",
    "WorldError",
    "adopt_organism",
    "build_organism",
    "build_zoo",
    "findings",
    "judged_on_mean",
    "known_recipes",
    "load_recipe",
    "load_truth",
    "load_world",
    "locate",
    "mean_findings",
    "probe_endpoint",
    "read_truth_file",
    "silent",
    "truth_path",
    "verification_path",
    "verify_checkpoints",
    "verify_organism",
    "zoo_recipes",
]
