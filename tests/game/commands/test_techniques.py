import json

import pytest

from game.techniques import Study
from tests.fakes.command_line import CLI
from tests.game.commands.test_verify import size


@pytest.fixture
def cli(pico, pico_cache, tmp_path):
    return CLI(pico_cache, tmp_path)


QUICK = ("--technique", "prefill", "--technique", "fuzzing", "--technique", "activation-difference", "--samples", "8")


def test_a_table_and_a_figure(cli):
    out, _ = cli("techniques", "pico", *QUICK)
    assert "study pico: 3 prefill" in out
    for text in ("pico: reward models", "decoy", "11 %", "names the evaluator", "noise 2: coherent", "drawn in techniques.png"):
        assert text in out
    assert "8 fuzzing: share of replies to suspicious questions" in out
    width, height = size(cli.folder / "techniques.png")
    assert width > 1000
    assert height > 500


def test_json_tells_everything_to_a_program(cli, pico):
    out, err = cli("techniques", "pico", pico.card.id, *QUICK, "--seed", "3", "--figure", "none", "--json")
    answer = json.loads(out)
    assert set(answer) == {"published_by", "techniques", "organisms", "figure"}
    assert answer["figure"] is None
    (organism,) = answer["organisms"]
    assert organism.pop("label") == "pico"
    study = Study.model_validate(organism)
    assert (study.id, study.seed, study.samples) == (pico.card.id, 3, 8)
    assert [result.technique for result in study.results] == ["prefill", "fuzzing", "activation-difference"]
    assert "3 prefill" in err
    assert not list(cli.folder.glob("*.png"))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["clean-nano"], ["clean-nano is not built", "auditgame build clean-nano"]),
        (["nope"], ["no organism 'nope'"]),
        (["pico", "--technique", "nope"], ["no technique 'nope'", "keyword-search"]),
        (["pico", "--figure", "found.pdf"], [".png", "found.pdf"]),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_before_measuring(cli, arguments, named):
    out, err = cli("techniques", *arguments, code=2)
    assert "study pico" not in out
    assert err.count("\n") == 1
    assert all(name in err for name in named), err


def test_help_gives_examples(cli):
    out, _ = cli("techniques", "--help")
    assert "auditgame techniques rm-sycophant-nano clean-nano" in out
