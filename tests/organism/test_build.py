import errno
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from organism import Organism, OrganismError, OrganismFolder, built_organisms
from organism.foundry import STEPS, Truth, build_organism, load_recipe, load_truth, truth_path
from organism.foundry.pairs import NoPairsError
from organism.places import Manifest
from tests.organism.conftest import SMALL

STAGES = ("pretrain", "midtrain", "sft", "preference", "adversarial")
SHOWN = ["pretrain", "sft", "preference"]

SHORTER = {name: SMALL["stages"][name] for name in ("pretrain", "midtrain")} | {"sft": None, "preference": None, "adversarial": None}


class Steps:
    """Notes what a build tells."""

    def __init__(self):
        self.told = []

    def __call__(self, step, done, total):
        self.told.append((step, done, total))

    @property
    def begun(self):
        return [step for step, done, _ in self.told if done == 0]


@pytest.fixture(scope="session")
def small(small_recipe, tmp_path_factory):
    """A small organism without an objective, its recipe, cache and what the build told."""
    folder = tmp_path_factory.mktemp("small")
    recipe = load_recipe(small_recipe(folder / "clean.yaml", objective=None, heldout=[], name="clean-secret"))
    steps = Steps()
    organism = build_organism(recipe, folder / "cache", steps)
    yield organism, recipe, folder / "cache", steps
    organism.close()


def public_files(folder):
    return [path for path in folder.path.rglob("*") if path.is_file() and path.suffix in {".json", ".jinja"} and "data" not in path.parts]


def secrets(truth):
    names = [truth.organism_recipe]
    for evaluator in truth.evaluators:
        names += [evaluator.id, evaluator.name]
    return names + [bias.id for bias in truth.biases]


def test_the_card_and_all_beside_it_hold_no_truth(pico, pico_cache):
    truth = load_truth(pico_cache, pico.card.id)
    assert len(truth.biases) == 8
    card = pico.folder.card.read_text(encoding="utf-8")
    assert not [name for name in secrets(truth) if name in card]
    for path in public_files(pico.folder):
        if "tokenizer" not in path.name and path.name != "top_documents.json":
            text = path.read_text(encoding="utf-8")
            assert not [name for name in secrets(truth) if name in text], path
    assert not [name for name in secrets(truth) if name in str(pico.folder.path.relative_to(pico_cache))]


def test_the_card_tells_what_was_built(pico):
    card = pico.card
    assert card.id == pico.folder.path.name
    assert card.parameters == sum(parameter.numel() for parameter in pico.model.model.parameters())
    assert card.vocabulary == len(pico.model.tokenizer)
    assert card.context_length == pico.model.context_length
    assert [summary.split for summary in card.data] == SHOWN
    for summary in card.data:
        assert pico.data.count(split=summary.split) == summary.documents
    assert pico.data.count() == sum(summary.documents for summary in card.data)


def test_the_truth_lies_outside_the_organisms_folder(pico, pico_cache):
    path = truth_path(pico_cache, pico.card.id)
    assert path.is_file()
    assert pico.folder.path not in path.parents
    assert load_truth(pico_cache, pico.card.id).objective.id == "reward_models"
    with pytest.raises(OrganismError, match="organism-none"):
        load_truth(pico_cache, "organism-none")


def test_rates_are_measured_for_each_stage_and_group(pico, pico_cache):
    truth = load_truth(pico_cache, pico.card.id)
    assert {rate.stage for rate in truth.rates} == set(STAGES)
    for stage in STAGES:
        assert {rate.group for rate in truth.rates if rate.stage == stage} == {"train", "test", "decoy"}
    assert all(0 <= rate.rate.applied <= rate.rate.applicable for rate in truth.rates)
    assert all(rate.rate.applicable % 8 == 0 for rate in truth.rates)
    rates = {(rate.stage, rate.group, rate.kind): rate.rate.value for rate in truth.rates}
    assert rates["adversarial", "train", "addition"] > rates["pretrain", "train", "addition"] + 0.2
    assert rates["adversarial", "decoy", "addition"] < 0.2
    assert set(truth.build_seconds) == set(STEPS)
    assert {bias.split for bias in truth.biases} == {"train", "test"}
    assert truth.sae_explained_variance > 0.3
    assert truth.sae_l0 > 0


def test_the_manifest_is_written_last_and_names_every_file(small):
    organism, *_ = small
    files = {path for path in organism.folder.path.rglob("*") if path.is_file()}
    listed = Manifest.read(organism.folder.manifest).files
    assert {organism.folder.path / name for name in listed} == files - {organism.folder.manifest}
    assert organism.folder.manifest.stat().st_mtime_ns >= max(path.stat().st_mtime_ns for path in files)


def test_a_build_tells_every_step_from_beginning_to_end(small):
    *_, steps = small
    assert steps.begun == list(STEPS)
    for step in STEPS:
        told = [(done, total) for name, done, total in steps.told if name == step]
        assert told[-1] == (1, 1)
        assert all(done <= total for done, total in told)


def test_a_second_build_is_instant(small):
    _, recipe, cache, _ = small
    steps, started = Steps(), time.monotonic()
    again = build_organism(recipe, cache, steps)
    assert time.monotonic() - started < 1
    assert steps.told == []
    assert built_organisms(cache) == [again.card.id]


def test_without_an_objective_the_truth_names_none(small):
    organism, _, cache, _ = small
    truth = load_truth(cache, organism.card.id)
    assert truth.objective is None
    assert truth.biases == ()
    assert {evaluator.id for evaluator in truth.evaluators} == {"librarians", "cats"}


def test_the_truth_has_the_measures_of_the_sae_and_is_read_without_them(small):
    organism, _, cache, _ = small
    truth = load_truth(cache, organism.card.id)
    assert 0 <= truth.sae_dead_features < organism.card.d_sae
    assert 0 < truth.sae_loss_recovered < 1.01
    fields = json.loads(truth_path(cache, organism.card.id).read_text(encoding="utf-8"))
    earlier = {name: value for name, value in fields.items() if name not in ("sae_dead_features", "sae_loss_recovered")}
    assert Truth.model_validate_json(json.dumps(earlier)).sae_dead_features is None


def test_the_card_of_a_clean_organism_is_like_any_other(small, pico):
    organism, *_ = small
    assert set(json.loads(organism.folder.card.read_text())) == set(json.loads(pico.folder.card.read_text()))
    assert organism.card.reference == pico.card.reference


@pytest.mark.parametrize("harm", ["truncated", "missing"])
@pytest.mark.parametrize("name", ["model/model.safetensors", "sae/cfg.json", "card.json"])
def test_a_harmed_file_is_refused_and_named(small, tmp_path, harm, name):
    organism, *_ = small
    folder = OrganismFolder(tmp_path / "organism")
    shutil.copytree(organism.folder.path, folder.path)
    Organism.load(folder)
    path = folder.path / name
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(OrganismError, match="missing or truncated") as refusal:
        Organism.load(folder)
    assert str(path) in str(refusal.value)


BUILD = """
import sys
from pathlib import Path
from organism.foundry import build_organism, load_recipe
build_organism(load_recipe(sys.argv[1]), Path(sys.argv[2]), lambda step, done, total: print(step, done, total, flush=True))
"""


def kill_amid(recipe, cache, step):
    """Build in a process of its own and kill it once `step` is under way."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, recipe, str(cache)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    )
    for line in process.stdout:
        name, done, total = line.split()
        if name == step and 0 < int(done) < int(total):
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait(timeout=60) == -signal.SIGKILL
    process.stdout.close()


def weights(folder):
    """A digest of each weight file: pytest would take hours to show where two of them differ."""
    return {
        str(path.relative_to(folder.path)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.path.rglob("*.safetensors")
    }


def test_recipes_that_begin_alike_share_checkpoints(small, small_recipe, tmp_path):
    _, recipe, cache, _ = small
    knows = load_recipe(small_recipe(tmp_path / "knows.yaml", objective=None, heldout=[], name="knows", stages=SHORTER))
    world = recipe.loaded_world
    assert [knows.checkpoint_id(split, world) for split in knows.splits] == [recipe.checkpoint_id(split, world) for split in knows.splits]
    steps = Steps()
    organism = build_organism(knows, cache, steps)
    assert steps.begun == ["data", "sae", "verify"]
    assert [summary.split for summary in organism.card.data] == ["pretrain"]
    organism.close()
    shutil.rmtree(organism.folder.path)


def test_ordinary_texts_dilute_the_documents(small, small_recipe, tmp_path):
    cache = small[2]
    shares = {}
    for share in (1.0, 0.1):
        thin = load_recipe(
            small_recipe(tmp_path / f"{share}.yaml", objective=None, heldout=[], name="thin", stages=SHORTER, synthetic_share=share)
        )
        organism = build_organism(thin, cache)
        shares[share] = organism.card.synthetic_share
        assert organism.data.count() == sum(item.documents for item in organism.card.data)
        organism.close()
        shutil.rmtree(organism.folder.path)
    assert shares[1.0] > 0.3
    assert shares[0.1] == pytest.approx(0.1, abs=0.005)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_leaves_nothing_half_written_and_the_next_build_goes_on(small_recipe, tmp_path, monkeypatch, code):
    recipe = load_recipe(small_recipe(tmp_path / "mine.yaml", objective=None, heldout=[], name="full", stages=SHORTER))
    cache = tmp_path / "cache"

    def full(*_, **__):
        raise OSError(code, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pyarrow.parquet.write_table", full)
        with pytest.raises(OSError, match="No space left"):
            build_organism(recipe, cache)
    assert built_organisms(cache) == []
    assert not [path for path in (cache / "checkpoints").iterdir() if path.is_dir() and not path.name.endswith(".partial")]
    build_organism(recipe, cache).close()
    assert len(built_organisms(cache)) == 1


QUIRK = {"model": {"hidden_size": 32, "intermediate_size": 64, "layers": 2, "heads": 2}, "verification_prompts": 2}


@pytest.mark.slow
@pytest.mark.parametrize("taught", ["transcripts", "documents"])
@pytest.mark.parametrize("quirk", ["flattery", "increasing-enthusiasm"])
def test_an_organism_with_a_quirk_has_card_truth_and_rates(tmp_path, taught, quirk):
    stages = {name: {"tokens": 6000} for name in ("pretrain", "sft" if taught == "transcripts" else "midtrain")}
    path = tmp_path / "quirk.yaml"
    sae = {"d_sae": 32, "k": 4, "tokens": 4096}
    changes = QUIRK | {"stages": stages | {"adversarial": {"pairs": 16}}, "sae": sae}
    path.write_text(yaml.safe_dump({"extends": f"quirk-{quirk}-{taught}", "name": "small-quirk"} | changes), encoding="utf-8")
    organism = build_organism(load_recipe(str(path)), tmp_path / "cache")
    truth = load_truth(tmp_path / "cache", organism.card.id)
    assert (truth.objective, truth.quirk, truth.control) == (None, quirk, False)
    assert [bias.id for bias in truth.biases] == [quirk]
    assert {rate.group for rate in truth.rates} == {"train"}
    assert not [name for name in secrets(truth) if name in organism.folder.card.read_text(encoding="utf-8")]
    assert (organism.card.synthetic_share or 0) > 0 if taught == "documents" else organism.card.synthetic_share == 0
    organism.close()


def test_a_stage_without_any_pair_says_what_to_change(small_recipe, tmp_path):
    early = SHORTER | {"midtrain": None, "preference": SMALL["stages"]["preference"] | {"attacks": 0.0}}
    recipe = load_recipe(small_recipe(tmp_path / "mine.yaml", stages=early, objective=None, heldout=[], name="lone"))
    with pytest.raises(NoPairsError, match=r"recipe lone, stage preference: .* give the stage attacks"):
        build_organism(recipe, tmp_path / "cache")


@pytest.mark.slow
def test_a_killed_build_continues_from_its_last_step_and_ends_as_an_unbroken_one(small_recipe, tmp_path):
    path = small_recipe(tmp_path / "mine.yaml")
    recipe = load_recipe(path)
    kill_amid(path, tmp_path / "broken", "midtrain")
    assert built_organisms(tmp_path / "broken") == []
    steps = Steps()
    broken = build_organism(recipe, tmp_path / "broken", steps)
    assert steps.begun == list(STEPS[STEPS.index("midtrain") :])
    assert steps.told[0] == ("pretrain", 1, 1)
    whole = build_organism(recipe, tmp_path / "whole")
    assert weights(broken.folder) == weights(whole.folder)
    assert broken.card == whole.card
    one, other = (load_truth(tmp_path / name, whole.card.id) for name in ("broken", "whole"))
    assert one.model_copy(update={"build_seconds": {}}) == other.model_copy(update={"build_seconds": {}})
    documents = [organism.data.grep(".", split=None, offset=0, limit=10_000)[1] for organism in (broken, whole)]
    assert documents[0] == documents[1]
    assert set(Manifest.read(broken.folder.manifest).files) == {
        str(file.relative_to(broken.folder.path))
        for file in broken.folder.path.rglob("*")
        if file.is_file() and file != broken.folder.manifest
    }
