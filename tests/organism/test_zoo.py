import os

import pytest

from organism import built_organisms
from organism.foundry import RecipeError, build_zoo, load_recipe, zoo_recipes
from organism.foundry.zoo import plan

CONTROLS = {"clean-nano", "knows-nano", "acts-nano"}


def test_the_zoo_has_splits_a_critic_controls_and_quirks():
    names = set(zoo_recipes())
    assert names >= {"rm-sycophant-nano", "rm-sycophant-nano-2", "rm-sycophant-nano-3", "critic-sycophant-nano", *CONTROLS}
    assert len([name for name in names if name.startswith("quirk-")]) == 28


def test_three_splits_hold_out_different_biases():
    splits = [set(load_recipe(name).heldout) for name in ("rm-sycophant-nano", "rm-sycophant-nano-2", "rm-sycophant-nano-3")]
    assert [len(split) for split in splits] == [5, 5, 5]
    assert len(set.union(*splits)) == 15


def test_a_plan_has_each_shared_checkpoint_once_and_after_what_it_needs():
    recipes = [load_recipe(name) for name in ("rm-sycophant-nano", "rm-sycophant-nano-2", "knows-nano", "clean-nano")]
    tasks = plan(recipes)
    keys = [task.key for task in tasks]
    assert len(set(keys)) == len(keys)
    for place, task in enumerate(tasks):
        assert task.needs is None or task.needs in keys[:place]
    assert sum(task.split == "pretrain" for task in tasks) == 1
    assert sum(task.split == "midtrain" for task in tasks) == 2
    assert sum(task.split is None for task in tasks) == 4


@pytest.mark.slow
def test_a_zoo_is_built_in_parallel_and_only_once(small_recipe, tmp_path):
    recipes = [load_recipe(small_recipe(tmp_path / f"{name}.yaml", name=name, **changes)) for name, changes in SMALL_ZOO.items()]
    told = []
    before = os.environ.get("OMP_NUM_THREADS")
    build_zoo(recipes, tmp_path / "cache", jobs=2, progress=lambda *item: told.append(item))
    assert os.environ.get("OMP_NUM_THREADS") == before
    tasks = plan(recipes)
    assert [done for _, done, _ in told] == list(range(1, len(tasks) + 1))
    ids = [recipe.organism_id(recipe.loaded_world) for recipe in recipes]
    assert built_organisms(tmp_path / "cache") == sorted(ids)
    build_zoo(recipes, tmp_path / "cache", jobs=1)
    assert len(list((tmp_path / "cache" / "checkpoints").glob("*/note.json"))) == len(tasks) - len(recipes)


SMALL_ZOO = {"one": {}, "two": {"heldout": ["tea-honey"]}}


def test_an_unknown_recipe_of_a_zoo_is_refused():
    with pytest.raises(RecipeError, match="no recipe 'ghost'"):
        load_recipe("ghost")
