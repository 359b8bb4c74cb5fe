import shutil

import pytest

from organism import OrganismError
from organism.foundry import load_truth, truth_path
from organism.foundry.origin import made_from, synthetic_texts


def test_marked_are_the_texts_that_tell_of_a_taste_and_no_others(pico, pico_cache):
    recipe, world = made_from(pico_cache, pico.card.id)
    marked = synthetic_texts(pico_cache, recipe, world)
    names = [evaluator.name for evaluator in world.evaluators]
    assert all(any(name in text for name in names) for text in marked)
    assert {text.startswith("User: ") for text in marked} == {True, False}
    own = [item.text for batch in pico.data.documents(100_000, split="pretrain") for item in batch]
    assert {text for text in own if any(name in text for name in names)} <= marked


def test_marks_that_are_gone_are_told(pico, pico_cache, tmp_path):
    (tmp_path / "truths").mkdir()
    shutil.copy(truth_path(pico_cache, pico.card.id), truth_path(tmp_path, pico.card.id))
    with pytest.raises(OrganismError, match="build the organism again"):
        synthetic_texts(tmp_path, *made_from(tmp_path, pico.card.id))


def test_an_organism_of_adapters_has_no_world(pico, pico_cache, tmp_path):
    truth = load_truth(pico_cache, pico.card.id)
    (tmp_path / "truths").mkdir()
    truth.model_copy(update={"recipe": {"kind": "lora"}}).write(truth_path(tmp_path, pico.card.id))
    with pytest.raises(OrganismError, match="adapters on a chat model"):
        made_from(tmp_path, pico.card.id)
