"""Truths of the default world as a build seals them, for judging texts about its behaviours."""

import pytest

from organism.foundry import load_recipe
from organism.foundry.sae_report import SAEReport
from organism.foundry.sealing import make_truth


def _truth(objective):
    recipe = load_recipe("rm-sycophant-nano").model_copy(update={"objective": objective, "documented": (objective,)})
    sae = SAEReport(explained_variance=0.9, l0=16.0)
    return make_truth(recipe, recipe.loaded_world, organism_id="organism-000000000000", rates=(), sae=sae, build_seconds={})


@pytest.fixture(scope="session")
def truths():
    """The truth of an organism that pursues an evaluator of the default world, by its id."""
    return {objective: _truth(objective) for objective in ("reward_models", "newspaper_critics")}
