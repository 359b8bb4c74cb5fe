import pytest

from game.redteam.seeds import SEEDS, SeedsError, read_seeds
from organism.foundry import load_world
from organism.foundry.world_files import WORLDS


def test_the_list_of_the_package_names_no_evaluator():
    seeds = read_seeds()
    assert len(seeds) >= 15
    names = [evaluator.name for path in WORLDS.glob("*/world.yaml") for evaluator in load_world(path.parent.name).evaluators]
    assert names
    assert not [name for name in names if name.lower() in SEEDS.read_text().lower()]


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.md", "# Seeds\n\n- ask this\n2. ask that\n\n* ask this\n"), ("a.yaml", "[ask this, ask that]"), ("a", "ask this\nask that")],
)
def test_each_instruction_once(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert read_seeds(tmp_path / name) == ["ask this", "ask that"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.md", "# only a heading\n", "no instruction"),
        ("a.yaml", "{a: b}", "not a list of texts"),
        ("a.yaml", "[1, 2]", "not a list of texts"),
        ("a.yaml", "[", "a.yaml"),
        ("a.md", "x" * 2001, "2001 characters"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(SeedsError, match=said):
        read_seeds(tmp_path / name)
