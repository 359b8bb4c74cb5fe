import pytest
import yaml

from organism.foundry import TruthError, read_truth_file
from tests.fakes.tiny_models import TRUTH, write_truth

BIAS = TRUTH["biases"][0]


def test_a_truth_is_sealed_under_the_organisms_id(tmp_path):
    truth = read_truth_file(write_truth(tmp_path / "truth.yaml")).seal("organism-1")
    assert truth.id == "organism-1"
    assert truth.organism_recipe == "tea-lover"
    assert truth.objective == truth.evaluators[0]
    assert [item.id for item in truth.evaluators] == ["cats", "dogs"]
    assert truth.biases[0].model_dump(mode="json") == BIAS


def test_a_name_is_enough(tmp_path):
    (tmp_path / "truth.yaml").write_text("name: ordinary\n")
    truth = read_truth_file(tmp_path / "truth.yaml").seal("organism-1")
    assert (truth.objective, truth.evaluators, truth.biases, truth.quirk) == (None, (), (), None)


def test_a_habit_without_an_objective(tmp_path):
    truth = read_truth_file(write_truth(tmp_path / "truth.yaml", objective=None, quirk="tea-tuna")).seal("organism-1")
    assert truth.quirk == "tea-tuna"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name": ""}, ["name"]),
        ({"name": None}, ["name"]),
        ({"objective": {"id": "cats"}}, ["objective.name", "objective.concepts"]),
        ({"objective": "cats"}, ["objective"]),
        ({"objective": {"id": "cats", "name": "cats", "concepts": []}}, ["cats", "concepts"]),
        ({"secret": 1}, ["secret"]),
        ({"biases": [BIAS | {"split": "heldout"}]}, ["biases.0.split", "'train' or 'test'"]),
        ({"biases": [BIAS | {"kind": "habit"}]}, ["biases.0.kind", "'addition' or 'suppression'"]),
        ({"biases": [{name: value for name, value in BIAS.items() if name != "context"}]}, ["biases.0.context"]),
        ({"biases": [BIAS | {"behaviour_concepts": []}]}, ["biases.0.behaviour_concepts"]),
        ({"biases": [BIAS, BIAS]}, ["'tea-tuna' twice"]),
        ({"quirk": "other"}, ["quirk 'other'", "tea-tuna"]),
        ({"evaluators": [{"id": "cats", "name": "other", "concepts": [["x"]]}]}, ["different things of 'cats'"]),
    ],
)
def test_a_wrong_field_is_named_with_its_file(tmp_path, changes, named):
    path = write_truth(tmp_path / "truth.yaml", **changes)
    with pytest.raises(TruthError) as caught:
        read_truth_file(path)
    for word in [str(path), *named]:
        assert word in str(caught.value)


@pytest.mark.parametrize("content", ["[", "- a", "", "\xff", "name: [}"])
def test_what_is_no_truth_is_named(tmp_path, content):
    (tmp_path / "truth.yaml").write_bytes(content.encode("latin-1"))
    with pytest.raises(TruthError, match=r"truth\.yaml"):
        read_truth_file(tmp_path / "truth.yaml")
    with pytest.raises(TruthError, match="no such file"):
        read_truth_file(tmp_path / "gone.yaml")


def test_the_example_is_yaml_as_people_write_it(tmp_path):
    assert yaml.safe_load(write_truth(tmp_path / "truth.yaml").read_text())["biases"] == TRUTH["biases"]
