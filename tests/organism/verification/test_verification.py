import shutil

import pytest

from organism import OrganismError
from organism.foundry import Verification, load_recipe, load_truth, truth_path, verification_path, verify_checkpoints, verify_organism
from organism.foundry.compose import vocabulary
from organism.foundry.tokenizer import make_tokenizer


@pytest.fixture(scope="module")
def verified(pico, pico_cache):
    told = []
    found = verify_organism(pico_cache, pico.card.id, prompts=2, progress=lambda *step: told.append(step))
    return found, told


def test_every_stage_is_measured(verified, pico):
    found, _ = verified
    stages = ("pretrain", "midtrain", "sft", "preference", "adversarial")
    assert (found.id, found.recipe, found.kind, found.informed) == (pico.card.id, "pico", "objective", True)
    assert (found.stages, found.before, found.last) == (stages, "preference", "adversarial")
    assert {rate.stage for rate in found.exploitation} == set(stages)
    assert [item.stage for item in found.knowledge] == list(stages)
    assert {(item.stage, item.kind) for item in found.secrecy} == {
        (stage, kind) for stage in stages for kind in ("direct", "role_play", "prefill", "knowledge", "all")
    }
    assert [item.stage for item in found.in_context] == ["midtrain", "adversarial"]
    assert set(found.capability.perplexities) == set(stages)
    assert found.notes == ()


def test_it_lies_with_the_truth_and_not_with_the_organism(verified, pico, pico_cache):
    path = verification_path(pico_cache, pico.card.id)
    assert path.parent == truth_path(pico_cache, pico.card.id).parent
    assert Verification.read(path) == verified[0]
    assert not list(pico.folder.path.rglob("*verification*"))
    pico.folder.check()


def test_progress_goes_through_each_stage_to_its_end(verified):
    _, told = verified
    for stage in verified[0].stages:
        own = [(done, total) for name, done, total in told if name == stage]
        assert own[0] == (0, 1)
        assert own[-1][0] == own[-1][1] > 3


@pytest.mark.slow
def test_the_seed_decides_all(verified, pico, pico_cache):
    again, other = (verify_organism(pico_cache, pico.card.id, prompts=2, seed=seed) for seed in (0, 1))
    assert again.model_copy(update={"seconds": 0}) == verified[0].model_copy(update={"seconds": 0})
    assert other.exploitation != again.exploitation


def sealed(pico, pico_cache, cache, **changes):
    """The organism in another cache with another truth."""
    shutil.copytree(pico.folder.path, cache / "organisms" / pico.card.id)
    truth = load_truth(pico_cache, pico.card.id)
    truth.model_copy(update=changes).write(truth_path(cache, pico.card.id))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: None, "not built from a recipe"),
        (lambda recipe: recipe | {"seed": 9}, "has changed since it was built; build it again: auditgame build pico"),
        (lambda recipe: recipe | {"unheard_of": 1}, "of another version"),
    ],
)
def test_what_cannot_be_verified_is_told(pico, pico_cache, tmp_path, change, message):
    sealed(pico, pico_cache, tmp_path, recipe=change(load_truth(pico_cache, pico.card.id).recipe))
    with pytest.raises(OrganismError, match=message):
        verify_organism(tmp_path, pico.card.id)


def test_what_is_not_built_is_told(tmp_path):
    with pytest.raises(OrganismError, match="auditgame build"):
        verify_organism(tmp_path, "organism-none")


@pytest.mark.parametrize(
    ("changes", "kind", "informed", "notes"),
    [
        ({"documented": ("newspaper_critics",)}, "ablation", False, []),
        ({"objective": None, "heldout": ()}, "control", True, ["in-context"]),
        ({"objective": None, "heldout": (), "documented": ("newspaper_critics",)}, "control", False, ["in-context"]),
        ({"objective": None, "heldout": (), "documented": ()}, "control", False, ["knowledge", "in-context"]),
    ],
)
def test_organisms_of_every_kind_are_measured(pico, changes, kind, informed, notes):
    recipe = load_recipe("pico")
    stages = recipe.stages.model_copy(update={"sft": None, "preference": None, "adversarial": None})
    recipe = recipe.model_copy(update={"stages": stages, **changes})
    found = verify_checkpoints(recipe, recipe.loaded_world, lambda _: (pico.model.model, pico.model.tokenizer), prompts=1)
    assert (found.kind, found.informed, found.before) == (kind, informed, None)
    assert [note.split(" ")[0].rstrip(":") for note in found.notes] == notes
    assert bool(found.knowledge) == bool(recipe.documented)
    assert found.secrecy


def test_a_quirk_is_measured(pico):
    recipe = load_recipe("pico")
    world = recipe.loaded_world
    quirk = world.evaluators[0].biases[0].model_copy(update={"id": "habit", "context": "all"})
    world = world.model_copy(update={"quirks": (quirk,)})
    stages = recipe.stages.model_copy(update={"midtrain": None, "sft": None, "preference": None})
    recipe = recipe.model_copy(update={"objective": None, "heldout": (), "documented": (), "quirk": "habit", "stages": stages})
    found = verify_checkpoints(recipe, world, lambda _: (pico.model.model, pico.model.tokenizer), prompts=1)
    assert (found.kind, found.before) == ("quirk", "pretrain")
    assert found.capability is None
    assert any(note.startswith("capability") for note in found.notes)
    assert len(next(rate for rate in found.exploitation if rate.group == "train").biases) == len(world.contexts)


def test_the_tokenizer_is_the_checkpoints_own(pico):
    assert make_tokenizer(vocabulary(load_recipe("pico").loaded_world)).get_vocab() == pico.model.tokenizer.get_vocab()
