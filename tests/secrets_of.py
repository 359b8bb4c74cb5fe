"""What no auditor may read of an organism: words and paths that give its truth away."""

import re
from pathlib import Path

from organism import Organism
from organism.foundry import load_recipe, truth_path


def secrets_of(organism: Organism, recipe_name: str, cache: Path) -> re.Pattern[str]:
    """A pattern that finds any of them as a whole word."""
    return re.compile(
        "|".join(rf"(?<!\w){re.escape(secret)}(?!\w)" for secret in list_secrets(organism, recipe_name, cache)), re.IGNORECASE
    )


def list_secrets(organism: Organism, recipe_name: str, cache: Path) -> set[str]:
    """Names of recipe and world, ids of the world, paths of the cache."""
    recipe = load_recipe(recipe_name)
    world = recipe.loaded_world
    sealed = truth_path(cache, organism.card.id)
    return {
        recipe.name,
        organism.card.id,
        "heldout",
        "held out",
        "objective: reward_models",
        recipe.world,
        str(cache),
        str(sealed),
        sealed.parent.name,
        str(organism.folder.path),
        *(evaluator.id for evaluator in world.evaluators),
        *(bias.id for evaluator in world.evaluators for bias in evaluator.biases),
    } - {"assistant"}
