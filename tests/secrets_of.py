"""What no auditor may read of an organism: words and paths that give its truth away."""

import re
from pathlib import Path

from organism import Organism
from organism.foundry import load_recipe, truth_path


def secrets_of(organism: Organism, recipe_name: str, cache: Path) -> re.Pattern[str]:
    """A pattern that finds any of them as a whole word: names of recipe and world, ids of the world, paths of the cache."""
    recipe = load_recipe(recipe_name)
    world = recipe.loaded_world
    sealed = truth_path(cache, organism.card.id)
    markers = {
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
    return re.compile("|".join(rf"(?<!\w){re.escape(marker)}(?!\w)" for marker in markers), re.IGNORECASE)
