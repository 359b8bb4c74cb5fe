"""`auditgame build` of recipes that are trained on a base model."""

import json

import pytest
import yaml

from organism.foundry import known_recipes
from tests.fakes.command_line import CLI
from tests.organism.lora.conftest import RECIPE, tiny_base, write_rows  # noqa: F401

SEVENTY = {
    "model_type": "llama",
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
}


@pytest.fixture
def cli(tmp_path):
    return CLI(tmp_path / "cache", tmp_path)


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(RECIPE))
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pico", "--base", "x"), "pico: --base is for recipes of kind lora"),
        (("pico", "--dry-run"), "pico: --dry-run is for recipes of kind lora"),
        (("rm-sycophant-lora",), "rm-sycophant-lora is trained on a base model: give --base"),
        (("rm-sycophant-lora", "pico", "--base", "x"), "build them apart"),
        (("rm-sycophant-lora", "--base", "nobody/nothing"), "cannot reach the hub"),
        (("rm-sycophant-lora", "--base", "nobody/nothing", "--dry-run"), "cannot reach the hub"),
        (("odd.yaml",), "kind: 'odd' is none of nano, lora"),
        (("wrong.yaml", "--base", "x"), "stages.midtrain.lr"),
        (("rm-sycophant-lora", "--base", "x", "--writer", "anthropic:claude"), "ANTHROPIC_API_KEY"),
        (("rm-sycophant-lora", "--base", "x", "--writer", "statistical"), "writes no texts"),
        (("rm-sycophant-lora", "--base", "nobody/nothing", "--writer-url", "http://x", "--writer", "openai:m"), "cannot reach the hub"),
    ],
)
def test_bad_input_is_one_line(cli, tmp_path, arguments, said):
    (tmp_path / "odd.yaml").write_text("kind: odd\n")
    (tmp_path / "wrong.yaml").write_text("kind: lora\nname: x\ndescription: x\nstages: {midtrain: {lr: fast}}\n")
    _, err = cli("build", *arguments, code=2)
    assert said in err
    assert err.strip().count("\n") == 0


def test_an_audit_says_how_such_a_recipe_is_built(cli):
    _, err = cli("audit", "rm-sycophant-lora", code=2)
    assert "auditgame build rm-sycophant-lora --base" in err


def test_help_and_lists_name_it(cli):
    out, _ = cli("build", "--help")
    for option in (
        "--base",
        "--dry-run",
        "--gpus",
        "--writer",
        "--writer-url",
        "--price-in",
        "--price-out",
        "--gpu-price",
        "--max-cost",
        "--max-writer-tokens",
    ):
        assert option in out
    assert "rm-sycophant-lora" in known_recipes()


def test_a_dry_run_reads_a_config_alone(cli, tmp_path):
    base = tmp_path / "seventy"
    base.mkdir()
    (base / "config.json").write_text(json.dumps(SEVENTY))
    arguments = ("build", "rm-sycophant-lora", "--base", str(base), "--dry-run", "--gpus", "8", "--gpu-price", "2.5")
    out, _ = cli(*arguments)
    for shown in ("midtrain", "5,583", "4 x 1", "70.55 B weights", "adapters of 3,314 M", "263 GiB of weights", "nothing was loaded"):
        assert shown in out
    found = json.loads(cli(*arguments, "--price-in", "1", "--price-out", "5", "--json")[0])
    assert [stage["stage"] for stage in found["stages"]] == ["midtrain", "sft", "preference", "adversarial"]
    assert found["cost"] > found["writing"]["cost_usd"] > 1000
    assert not (tmp_path / "cache").exists()
    assert "use more than 1 GPU" in cli(*arguments[:5], code=2)[1]


def test_a_build_on_data_that_is_there(cli, recipe, tiny_base, tmp_path):  # noqa: F811
    _, err = cli("build", recipe, "--base", str(tiny_base), "--gpus", "1", code=2)
    assert "no data for stage midtrain" in err
    (folder,) = (path for path in (tmp_path / "cache" / "lora").iterdir() if path.is_dir())
    for split in RECIPE["stages"]:
        write_rows(folder / "data" / f"{split}.jsonl", split, 8)
    found = json.loads(cli("build", recipe, "--base", str(tiny_base), "--gpus", "1", "--json")[0])
    assert found["organism"] in found["path"]
    assert folder.name not in found["path"]
