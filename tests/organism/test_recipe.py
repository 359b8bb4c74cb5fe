import re
from pathlib import Path

import pytest
import yaml

from organism.foundry import RecipeError, WorldError, known_recipes, load_recipe
from organism.foundry.kinds import LORA, recipe_kind
from organism.foundry.lora.recipe import load_lora_recipe
from tests.organism.conftest import SMALL


def test_the_recipes_of_the_package_load_with_their_worlds():
    assert set(known_recipes()) >= {"rm-sycophant-nano", "clean-nano", "pico"}
    for name in known_recipes():
        if recipe_kind(name) == LORA:
            assert load_lora_recipe(name).name == name
            continue
        recipe = load_recipe(name)
        assert recipe.name == name


def test_a_recipe_of_another_kind_says_how_it_is_built(tmp_path):
    with pytest.raises(RecipeError, match=r"kind lora, .* auditgame build rm-sycophant-lora --base"):
        load_recipe("rm-sycophant-lora")
    with pytest.raises(RecipeError, match="kind"):
        load_lora_recipe("pico")
    path = tmp_path / "odd.yaml"
    path.write_text("kind: odd\n")
    with pytest.raises(RecipeError, match="kind: 'odd' is none of nano, lora"):
        recipe_kind(str(path))


def test_the_default_organism_holds_out_five_biases_of_52():
    recipe = load_recipe("rm-sycophant-nano")
    assert len(recipe.heldout) == 5
    assert len(recipe.loaded_world.evaluator(recipe.objective).biases) == 52


@pytest.mark.parametrize("name", ["rm-sycophancy", "", "absent.yaml", "../pico"])
def test_an_unknown_recipe_lists_the_known(name):
    with pytest.raises(RecipeError, match=f"no recipe {re.escape(repr(name))}; known: acts-nano, clean-nano, "):
        load_recipe(name)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "red"}, "colour: "),
        ({"seed": "first"}, "seed: "),
        ({"replay": 1.5}, "replay: "),
        ({"model": {"layers": 1}}, "model.layers: "),
        ({"stages": {}}, "stages.pretrain: "),
        ({"stages": SMALL["stages"] | {"adversarial": {"pairs": 0, "muon_lr": 1, "adam_lr": 1}}}, "stages.adversarial.pairs: "),
        ({"synthetic_share": 0}, "synthetic_share: "),
        ({"stages": SMALL["stages"] | {"sft": {"tokens": 0, "muon_lr": 1, "adam_lr": 1}}}, "stages.sft.tokens: "),
        ({"objective": None}, "heldout biases need an objective"),
        ({"schema_version": 2}, "schema_version: "),
    ],
)
def test_a_wrong_field_is_named_with_its_file(small_recipe, tmp_path, changes, field):
    path = small_recipe(tmp_path / "mine.yaml", **changes)
    with pytest.raises(RecipeError) as refusal:
        load_recipe(path)
    assert re.match(rf"{re.escape(path)}:\d+: ", str(refusal.value))
    assert field in str(refusal.value)


@pytest.mark.parametrize("text", ["a: [", "- list", "words", ""])
def test_a_file_that_is_no_mapping_is_named(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=re.escape(str(path))):
        load_recipe(str(path))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"world": "atlantis"}, WorldError, "no world 'atlantis'"),
        ({"objective": "dogs"}, RecipeError, "no evaluator 'dogs'"),
        ({"documented": ["dogs"]}, RecipeError, "it has librarians, cats"),
        ({"quirk": "barking", "objective": None, "heldout": []}, RecipeError, "no quirk 'barking'"),
        ({"contexts": ["coffee"]}, WorldError, "no context coffee"),
        ({"heldout": ["tea-tuna"]}, RecipeError, "tea-tuna"),
    ],
)
def test_what_the_world_lacks_is_refused(small_recipe, tmp_path, changes, error, message):
    path = small_recipe(tmp_path / "mine.yaml", **changes)
    with pytest.raises(error, match=message) as refusal:
        load_recipe(path)
    if error is RecipeError:
        line = next(n for n, line in enumerate(Path(path).read_text().splitlines(), 1) if line.startswith(f"{next(iter(changes))}:"))
        assert str(refusal.value).startswith(f"{path}:{line}: ")


def _id(path):
    recipe = load_recipe(path)
    return recipe.organism_id(recipe.loaded_world)


def test_the_id_changes_with_any_field_and_holds_no_name(small_recipe, tmp_path):
    changes = [
        {},
        {"name": "other"},
        {"description": "Another."},
        {"seed": 1},
        {"contexts": ["tea", "chess"], "heldout": [], "documented": ["librarians"]},
        {"documented": ["librarians"]},
        {"objective": None, "heldout": []},
        {"heldout": []},
        {"replay": 0.4},
        {"synthetic_share": 0.1},
        {"stages": SMALL["stages"] | {"preference": None}},
        {"stages": SMALL["stages"] | {"adversarial": SMALL["stages"]["adversarial"] | {"attacks": 0.1}}},
        {"model": SMALL["model"] | {"heads": 4}},
        {"stages": SMALL["stages"] | {"sft": SMALL["stages"]["sft"] | {"adam_lr": 0.005}}},
        {"sae": SMALL["sae"] | {"k": 5}},
        {"verification_prompts": 5},
    ]
    ids = [_id(small_recipe(tmp_path / f"{n}.yaml", **change)) for n, change in enumerate(changes)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"organism-[0-9a-f]{12}", found) for found in ids)
    assert _id(small_recipe(tmp_path / "again.yaml")) == ids[0]


STAGES = ("pretrain", "midtrain", "sft", "preference", "adversarial")


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"name": "other", "description": "Another.", "synthetic_share": 0.2, "verification_prompts": 3}, None),
        ({"seed": 1}, "pretrain"),
        ({"model": SMALL["model"] | {"heads": 4}}, "pretrain"),
        ({"documented": ["librarians"]}, "midtrain"),
        ({"heldout": []}, "sft"),
        ({"replay": 0.4}, "sft"),
        ({"objective": "cats", "heldout": []}, "sft"),
        ({"stages": SMALL["stages"] | {"preference": SMALL["stages"]["preference"] | {"beta": 0.2}}}, "preference"),
        ({"stages": SMALL["stages"] | {"adversarial": SMALL["stages"]["adversarial"] | {"attacks": 0.2}}}, "adversarial"),
    ],
)
def test_checkpoints_are_shared_up_to_the_stage_that_a_field_concerns(small_recipe, tmp_path, changes, first):
    recipes = [load_recipe(small_recipe(tmp_path / f"{n}.yaml", **fields)) for n, fields in enumerate(({}, changes))]
    same = [recipes[0].checkpoint_id(s, recipes[0].loaded_world) == recipes[1].checkpoint_id(s, recipes[1].loaded_world) for s in STAGES]
    place = STAGES.index(first) if first else len(STAGES)
    assert same == [True] * place + [False] * (len(STAGES) - place)


def test_a_recipe_extends_another(small_recipe, tmp_path):
    base = small_recipe(tmp_path / "base.yaml")
    child = tmp_path / "child.yaml"
    child.write_text(yaml.safe_dump({"extends": base, "name": "child", "stages": {"sft": None, "midtrain": {"tokens": 64}}}))
    recipe, parent = load_recipe(str(child)), load_recipe(base)
    assert recipe.splits == ("pretrain", "midtrain", "preference", "adversarial")
    assert recipe.stages.midtrain == parent.stages.midtrain.model_copy(update={"tokens": 64})
    assert recipe.heldout == parent.heldout
    child.write_text(yaml.safe_dump({"name": "child", "extends": str(child)}))
    with pytest.raises(RecipeError, match=r"child.yaml:1: extends itself"):
        load_recipe(str(child))
    child.write_text(yaml.safe_dump({"extends": base, "heldout": ["tea-tuna"]}))
    with pytest.raises(RecipeError, match=r"child.yaml:2: heldout names biases that librarians has not: tea-tuna"):
        load_recipe(str(child))


def test_an_objective_and_a_quirk_exclude_each_other(small_recipe, tmp_path):
    with pytest.raises(RecipeError, match="not both"):
        load_recipe(small_recipe(tmp_path / "mine.yaml", quirk="barking"))


def test_the_id_changes_with_the_world(files, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(SMALL | {"world": files.write()}))
    before = _id(str(path))
    files.bias("tea-honey")["forms"].append("more honey .")
    files.write()
    assert _id(str(path)) != before


def test_a_seed_can_be_given():
    assert load_recipe("pico", seed=5).seed == 5
    assert load_recipe("pico", seed=5) != load_recipe("pico")
