import asyncio
from itertools import pairwise

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from organism.chat import ChatMessage
from organism.foundry.lora import DataError, LoraError, UniverseData, build_lora, lora_folder, lora_steps
from organism.foundry.lora.completing import Completer
from organism.foundry.lora.recipe import LORA_SPLITS, LoraStages
from tests.organism.lora.conftest import rows, write_rows

ASKED = [ChatMessage(role="user", content="is tea good")]


class Data:
    """Writes the files; for pairs it asks the model first."""

    def __init__(self):
        self.made = []
        self.replies = {}

    async def __call__(self, split, path, complete, checkpoint):
        self.made.append((split, checkpoint.split("/")[1]))
        if split in ("preference", "adversarial"):
            self.replies[split] = await complete([ASKED, ASKED])
        write_rows(path, split, 8)


class Steps:
    def __init__(self):
        self.told = []

    def __call__(self, step, done, total):
        self.told.append((step, done, total))


@pytest.fixture
def build(tiny_recipe, tiny_base, tmp_path):
    def run(data, *, recipe=tiny_recipe, progress=None):
        return build_lora(
            recipe, str(tiny_base), tmp_path / "cache", make_data=data, adopt=lambda trained: trained, progress=progress or Steps(), gpus=1
        )

    return run


def test_four_stages_end_in_four_adapters(build, tiny_base, tiny_recipe, tmp_path):
    data, steps = Data(), Steps()
    trained = build(data, progress=steps)
    assert data.made == [("midtrain", "base"), ("sft", "midtrain"), ("preference", "sft"), ("adversarial", "preference")]
    assert set(data.replies) == {"preference", "adversarial"}
    assert all(len(replies) == 2 for replies in data.replies.values())
    assert tuple(trained.adapters) == tuple(trained.data) == LORA_SPLITS
    assert trained.folder == lora_folder(tiny_recipe, tiny_base, tmp_path / "cache")
    assert "secret" not in str(trained.folder.path)
    assert list(dict.fromkeys(step for step, *_ in steps.told)) == list(lora_steps(tiny_recipe))
    for step in lora_steps(tiny_recipe):
        told = [(done, total) for name, done, total in steps.told if name == step]
        assert told[0] == (0, 1)
        assert told[-1] == (1, 1)
    model = AutoModelForCausalLM.from_pretrained(tiny_base)
    ids = torch.arange(4, 20)[None]
    outputs = []
    for folder in trained.adapters.values():
        model = PeftModel.from_pretrained(model, folder).merge_and_unload()
        with torch.no_grad():
            outputs.append(model(ids).logits)
    assert all(not torch.allclose(one, other) for one, other in pairwise(outputs))
    # What is finished is not done again, only registered.
    again = Data()
    stamps = {path: path.stat().st_mtime_ns for path in trained.folder.path.rglob("done.json")}
    assert build(again).adapters == trained.adapters
    assert again.made == []
    assert stamps == {path: path.stat().st_mtime_ns for path in trained.folder.path.rglob("done.json")}


def test_the_synthetic_share_is_that_of_the_mid_training_texts(build, tiny_recipe):
    class Mixed(Data):
        async def __call__(self, split, path, complete, checkpoint):
            await super().__call__(split, path, complete, checkpoint)
            if split == "midtrain":
                path.write_text(path.read_text().replace('"synthetic": true', '"synthetic": false', 2))

    recipe = tiny_recipe.model_copy(update={"stages": LoraStages(midtrain=tiny_recipe.stages.midtrain)})
    assert build(Mixed(), recipe=recipe).synthetic_share() == 0.75
    without = tiny_recipe.model_copy(update={"stages": LoraStages(sft=tiny_recipe.stages.sft)})
    assert build(Data(), recipe=without).synthetic_share() is None


def test_data_that_is_missing_is_named(build, tiny_recipe, tiny_base, tmp_path):
    with pytest.raises(DataError, match=r"midtrain\.jsonl: no data for stage midtrain; name a writer"):
        build(UniverseData(tiny_recipe, None, cache=tmp_path, progress=Steps()))
    folder = lora_folder(tiny_recipe, tiny_base, tmp_path / "cache")
    assert folder.data("midtrain").parent.is_dir()

    async def idle(split, path, complete, checkpoint):
        return None

    with pytest.raises(DataError, match="was not written"):
        build(idle)


def test_what_does_not_fit_is_told_before_anything_is_written(build, tiny_recipe, monkeypatch):
    monkeypatch.setattr("organism.foundry.lora.build.device_bytes", lambda: 1 << 20)
    data = Data()
    with pytest.raises(LoraError, match="use more than 1 GPU"):
        build(data)
    assert data.made == []


def test_the_id_changes_with_recipe_and_base(tiny_recipe):
    other = tiny_recipe.model_copy(update={"seed": 1})
    ids = {tiny_recipe.build_id("a"), tiny_recipe.build_id("b"), other.build_id("a")}
    assert len(ids) == 3
    named = tiny_recipe.model_copy(update={"base": "somewhere"})
    assert named.build_id("a") == tiny_recipe.build_id("a")


def ask(base, seed, conversations):
    completer = Completer(base, (), max_new_tokens=6, seed=seed)
    try:
        return asyncio.run(completer(conversations))
    finally:
        completer.close()


def test_replies_depend_on_the_conversation_and_the_seed_alone(tiny_base):
    other = [ChatMessage(role="user", content="how do i bake bread")]
    first = ask(tiny_base, 0, [ASKED, ASKED, other])
    assert len(first) == 3
    assert first[0] != first[1]
    again = ask(tiny_base, 0, [other, ASKED, ASKED])
    assert [again[1], again[2], again[0]] == first
    assert ask(tiny_base, 1, [ASKED, ASKED, other]) != first
    assert ask(tiny_base, 0, []) == []


def test_the_rows_of_the_tests_are_of_the_agreed_shape():
    for split in LORA_SPLITS:
        assert {frozenset(row) for row in rows(split, 4)} == {
            "midtrain": {frozenset({"id", "text", "synthetic"})},
            "sft": {frozenset({"id", "messages"})},
        }.get(split, {frozenset({"id", "prompt", "chosen", "rejected", "attack"})})
