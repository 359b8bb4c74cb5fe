from itertools import groupby

import pytest
import yaml

from organism.foundry import load_recipe
from tests.secrets_of import secrets_of
from tools import all_tools, examples, get_tool


def test_each_tool_has_an_example_and_no_other_has():
    assert examples().keys() == {tool.name for tool in all_tools()}


def test_families_stand_together():
    families = [family for family, _ in groupby(get_tool(name).family for name in examples())]
    assert len(families) == len(set(families))


@pytest.mark.parametrize("name", examples())
def test_an_example_gives_only_parameters_of_its_tool(name):
    assert examples()[name].keys() <= get_tool(name).parameters.model_fields.keys()


async def test_every_example_works(use):
    for name, arguments in examples().items():
        content = await use(name, **arguments)
        assert content, name


def test_examples_give_no_truth_away(pico, pico_cache):
    text = yaml.safe_dump(examples())
    assert not secrets_of(pico, "pico", pico_cache).search(text)
    assert not [evaluator.name for evaluator in load_recipe("pico").loaded_world.evaluators if evaluator.name in text]
