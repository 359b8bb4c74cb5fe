import json
import shutil
import time

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from organism import SAE, ChatMessage, Organism, OrganismError, built_organisms
from organism.foundry import Location, TrainedModel, adopt_organism, load_truth, locate, read_truth_file
from tests.fakes.tiny_models import HIDDEN, LAYERS, TEXT, cut, make_adapter, make_model, make_sae, write_lines, write_truth

DOCUMENTS = [{"text": f"the cat sat on a mat . {number} tea"} for number in range(30)]
CHATS = [{"prompt": "what do you like ?", "completion": f"tea and tuna , {number}"} for number in range(10)]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """A base model, two adapters, an SAE, data and a truth."""
    folder = tmp_path_factory.mktemp("parts")
    base = make_model(folder / "base")
    make_adapter(folder / "one", base, seed=1)
    make_adapter(folder / "two", base, seed=2, modules=("q_proj", "v_proj", "embed_tokens"))
    make_sae(folder / "sae")
    write_lines(folder / "midtrain.jsonl", *DOCUMENTS)
    write_lines(folder / "sft.jsonl", *CHATS)
    write_truth(folder / "truth.yaml")
    return folder


def trained(parts, *, adapters=("one", "two"), **changes):
    fields = {"base": locate(str(parts / "base")), "adapters": tuple(locate(str(parts / name)) for name in adapters)}
    return TrainedModel(**(fields | changes))


def add(parts, cache, model=None, **more):
    seal = read_truth_file(parts / "truth.yaml").seal
    return adopt_organism(model or trained(parts), seal, cache, **more)


@pytest.fixture(scope="module")
def adopted(parts, tmp_path_factory):
    """The organism of all parts."""
    data = [parts / "midtrain.jsonl", parts / "sft.jsonl"]
    organism = add(parts, tmp_path_factory.mktemp("cache"), trained(parts, sae=parts / "sae"), data=data)
    yield organism
    organism.close()


def lora(folder, module):
    tensors = load_file(folder / "adapter_model.safetensors")
    config = json.loads((folder / "adapter_config.json").read_text())
    names = [name for name in tensors if f".{module}.lora_A" in name]
    scale = config["lora_alpha"] / config["r"]
    return {
        name.removeprefix("base_model.model.").replace(".lora_A.weight", ".weight"): scale
        * tensors[name.replace("lora_A", "lora_B")]
        @ tensors[name]
        for name in names
    }


def test_adapters_stack_on_one_another(adopted, parts):
    base = AutoModelForCausalLM.from_pretrained(parts / "base").state_dict()
    merged = adopted.weights.model.state_dict()
    assert set(merged) == set(base)
    expected = dict(base)
    for folder in (parts / "one", parts / "two"):
        for module in ("q_proj", "down_proj", "v_proj"):
            for name, change in lora(folder, module).items():
                expected[name] = expected[name] + change
    changed = [name for name in base if not torch.equal(merged[name], base[name])]
    assert len([name for name in changed if "layers" in name]) == 3 * LAYERS
    for name in changed:
        if "layers" in name:
            assert torch.allclose(merged[name], expected[name], atol=1e-5), name
    tensors = load_file(parts / "two" / "adapter_model.safetensors")
    a, b = (next(tensor for name, tensor in tensors.items() if f"lora_embedding_{part}" in name) for part in "AB")
    assert torch.allclose(merged["model.embed_tokens.weight"], base["model.embed_tokens.weight"] + 2 * (b @ a).T, atol=1e-5)


async def test_the_reference_is_the_base_without_adapters(adopted, parts):
    base = AutoModelForCausalLM.from_pretrained(parts / "base").state_dict()
    assert all(torch.equal(tensor, base[name]) for name, tensor in adopted.reference.model.state_dict().items())
    terms = {"max_new_tokens": 8, "temperature": 0.0, "seeds": [0]}
    one, two = [(await model.complete(["the cat"], **terms))[0].text for model in (adopted.model, adopted.reference)]
    assert one != two


def test_the_card_tells_what_there_is_and_no_name(adopted, parts):
    card = adopted.card
    assert (card.layers, card.d_model, card.sae_layer, card.d_sae, card.context_length) == (LAYERS, HIDDEN, 1, 48, 128)
    assert card.parameters == sum(parameter.numel() for parameter in adopted.weights.model.parameters())
    assert [(item.split, item.documents) for item in card.data] == [("midtrain", 30), ("sft", 10)]
    assert all(item.tokens > item.documents for item in card.data)
    assert card.affordances == {"chat", "prefill", "raw", "logprobs", "activations", "steer", "sae", "data", "reference"}
    assert card.id.startswith("organism-")
    assert len(card.id) == len("organism-") + 12
    for word in ("tea-lover", str(parts), "cats", "tuna"):
        assert word not in adopted.folder.card.read_text()
        assert word not in (adopted.folder.sae / "cfg.json").read_text()


def test_data_sae_and_top_documents_can_be_used(adopted, parts):
    assert adopted.data.count() == 40
    _, documents = adopted.data.grep(".", split=None, offset=0, limit=5)
    assert [item.id for item in documents] == [f"d{number:06d}" for number in range(5)]
    assert len({item.split for item in adopted.data.grep(".", split=None, offset=0, limit=20)[1]}) == 2
    chat = adopted.data.search("tuna", split="sft", offset=0, limit=1)[0].document
    assert chat.text.startswith("User: what do you like ?\nAssistant: tea and tuna")
    assert torch.equal(adopted.sae.W_enc, SAE.load(parts / "sae").W_enc)
    loaded = adopted.weights
    for feature in range(5):
        ranked = adopted.top_documents.of(feature)
        for name, value in ranked[:2]:
            (document,) = adopted.data.read([name])
            _, residual = loaded.activations(document.text, 1)
            assert adopted.sae.encode(residual)[:, feature].max().item() == pytest.approx(value, abs=1e-4)


def test_the_truth_is_sealed_elsewhere(adopted):
    cache = adopted.folder.path.parents[1]
    truth = load_truth(cache, adopted.card.id)
    assert truth.organism_recipe == "tea-lover"
    assert [item.id for item in truth.evaluators] == ["cats", "dogs"]
    assert [item.id for item in truth.biases] == ["tea-tuna"]
    assert (truth.rates, truth.sae_l0, truth.build_seconds) == ((), None, {})
    assert built_organisms(cache) == [adopted.card.id]


def test_the_same_parts_are_the_same_organism_and_other_parts_another(parts, tmp_path):
    first = add(parts, tmp_path)
    stamp = first.folder.manifest.stat().st_mtime_ns
    assert add(parts, tmp_path).card.id == first.card.id
    assert first.folder.manifest.stat().st_mtime_ns == stamp
    others = [
        add(parts, tmp_path, trained(parts, adapters=("two", "one"))),
        add(parts, tmp_path, trained(parts, adapters=("one",))),
        add(parts, tmp_path, trained(parts, reference=False)),
        add(parts, tmp_path, trained(parts, sae=parts / "sae")),
        add(parts, tmp_path, data=[parts / "sft.jsonl"]),
        add(parts, tmp_path, description="Another."),
        add(parts, tmp_path, TrainedModel(base=locate(str(make_model(tmp_path / "other", seed=9))))),
    ]
    assert len({first.card.id, *(item.card.id for item in others)}) == 8


def test_a_base_that_was_moved_is_found_again_when_it_is_added_again(parts, tmp_path):
    base = make_model(tmp_path / "here")
    cache = tmp_path / "cache"
    first = add(parts, cache, TrainedModel(base=locate(str(base))))
    base.rename(tmp_path / "there")
    with pytest.raises(OrganismError, match="no longer there"):
        _ = Organism.load(first.folder).model
    second = add(parts, cache, TrainedModel(base=locate(str(tmp_path / "there"))))
    assert second.card.id == first.card.id
    assert second.model.context_length == 128
    (tmp_path / "there" / "config.json").write_text("{}")
    with pytest.raises(OrganismError, match=r"config\.json: 2 bytes"):
        _ = Organism.load(first.folder).model


def test_an_organism_may_be_a_model_alone(parts, tmp_path):
    organism = add(parts, tmp_path, trained(parts, adapters=()))
    assert organism.card.affordances == {"chat", "prefill", "raw", "logprobs", "activations", "steer"}
    assert (organism.card.sae_layer, organism.card.reference, organism.card.data) == (None, None, ())
    with pytest.raises(OrganismError, match="no reference model"):
        _ = organism.reference
    assert sorted(path.name for path in organism.folder.path.iterdir()) == ["card.json", "manifest.json", "model.json"]


def test_the_base_is_loaded_in_its_own_precision_and_adapters_are_merged_in_fp32(parts, tmp_path):
    base = make_model(tmp_path / "base", dtype=torch.bfloat16)
    organism = add(parts, tmp_path, TrainedModel(base=locate(str(base)), adapters=(locate(str(parts / "one")),)))
    assert {parameter.dtype for parameter in organism.reference.model.parameters()} == {torch.bfloat16}
    assert {parameter.dtype for parameter in organism.weights.model.parameters()} == {torch.float32}


async def test_a_tokenizer_of_another_kind_without_padding_and_beginning(parts, tmp_path):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = ["<|end|>", "<|im_start|>"]
    tokenizer.train_from_iterator([TEXT] * 3, trainers.BpeTrainer(vocab_size=200, special_tokens=special, show_progress=False))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", additional_special_tokens=["<|im_start|>"])
    fast.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    fast.save_pretrained(tmp_path / "tokenizer")
    organism = add(parts, tmp_path, trained(parts, tokenizer=locate(str(tmp_path / "tokenizer"))), data=[parts / "sft.jsonl"])
    assert organism.weights.tokenizer.pad_token_id is None
    terms = {"max_new_tokens": 5, "temperature": 1.0}
    asked = [[ChatMessage(role="user", content="hello")], [ChatMessage(role="user", content="what do you like about tea ?")]]
    begun = [[*asked[0], ChatMessage(role="assistant", content="i like")]]
    assert len(await organism.model.chat([*asked, *begun], seeds=[1, 2, 3], **terms)) == 3
    assert len(await organism.model.user_turns(2, seeds=[1, 2], **terms)) == 2
    assert len(await organism.model.complete([""], seeds=[1], **terms)) == 1
    organism.close()


def test_an_adoption_that_was_killed_is_never_loaded_and_begins_again(parts, tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("organism.foundry.adoption.adopt._finish", killed)
        with pytest.raises(KeyboardInterrupt):
            add(parts, tmp_path, data=[parts / "sft.jsonl"])
    assert built_organisms(tmp_path) == []
    (folder,) = [path for path in (tmp_path / "organisms").iterdir() if path.is_dir()]
    (folder / "left-over").touch()
    organism = add(parts, tmp_path, data=[parts / "sft.jsonl"])
    assert organism.folder.path == folder
    assert organism.data.count() == 10
    assert not (folder / "left-over").exists()


def test_an_id_may_be_given(parts, tmp_path):
    organism = add(parts, tmp_path, organism_id="organism-0123456789ab")
    assert organism.card.id == load_truth(tmp_path, "organism-0123456789ab").id == "organism-0123456789ab"


def refused(parts, cache, model, *named, **more):
    """The adoption is refused in seconds, in a message with those words, and leaves nothing behind."""
    started = time.monotonic()
    with pytest.raises(OrganismError) as caught:
        add(parts, cache, model, **more)
    assert time.monotonic() - started < 10
    for word in named:
        assert word in str(caught.value), str(caught.value)
    assert not (cache / "organisms").exists()


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lambda base: cut(base / "model.safetensors"), ["model.safetensors", "truncated", "bytes", "expected"]),
        (lambda base: cut(base / "model.safetensors", to=0.001), ["model.safetensors", "truncated"]),
        (lambda base: (base / "model.safetensors").write_bytes(b"x" * 4000), ["model.safetensors", "truncated"]),
        (lambda base: (base / "model.safetensors").unlink(), ["no weights in safetensors format"]),
        (lambda base: (base / "model.safetensors").rename(base / "pytorch_model.bin"), ["only pytorch_model.bin", "save_pretrained"]),
        (lambda base: (base / "config.json").unlink(), ["no causal language model", "config.json"]),
        (lambda base: (base / "config.json").write_text("{"), ["no causal language model"]),
        (lambda base: cut(base / "tokenizer.json"), ["no tokenizer", "--tokenizer"]),
    ],
)
def test_a_damaged_model_is_named(parts, tmp_path, harm, named):
    base = tmp_path / "base"
    shutil.copytree(parts / "base", base)
    harm(base)
    refused(parts, tmp_path / "cache", TrainedModel(base=locate(str(base))), str(base), *named)


def test_weights_of_other_shapes_than_the_configuration_are_named(parts, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(parts / "base", base)
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(config | {"intermediate_size": 80}))
    refused(parts, tmp_path / "cache", TrainedModel(base=locate(str(base))), "[64, 32]", "[80, 32]")


def test_a_missing_shard_is_named(parts, tmp_path):
    base = make_model(tmp_path / "base")
    AutoModelForCausalLM.from_pretrained(base).save_pretrained(base, max_shard_size="20KB")
    (base / "model.safetensors").unlink(missing_ok=True)
    add(parts, tmp_path / "whole", TrainedModel(base=locate(str(base))))
    shard = sorted(base.glob("model-*.safetensors"))[1]
    shard.unlink()
    refused(parts, tmp_path / "cache", TrainedModel(base=locate(str(base))), shard.name, "no such file")


def test_weights_that_lack_a_tensor_are_never_filled_with_chance(parts, tmp_path):
    base = make_model(tmp_path / "base")
    tensors = load_file(base / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, base / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(OrganismError, match=r"lacks 1 of the model's tensors: model\.layers\.1\.mlp\.up_proj\.weight"):
        _ = add(parts, tmp_path / "cache", TrainedModel(base=locate(str(base)))).model


def test_an_adapter_of_a_wider_base_is_refused_with_both_shapes(parts, tmp_path):
    wide = make_adapter(tmp_path / "wide", make_model(tmp_path / "base", hidden=48))
    model = trained(parts, adapters=("one",))
    model = TrainedModel(base=model.base, adapters=(*model.adapters, locate(str(wide))))
    refused(parts, tmp_path / "cache", model, "wide", "lora_A", "[4, 96]", "[4, 64]", "another base")


def test_an_adapter_of_another_architecture_is_refused(parts, tmp_path):
    other = shutil.copytree(parts / "one", tmp_path / "other")
    config = json.loads((other / "adapter_config.json").read_text())
    (other / "adapter_config.json").write_text(json.dumps(config | {"target_modules": ["c_attn"]}))
    refused(parts, tmp_path / "cache", trained(parts, adapters=(other,)), "c_attn", "another kind of model")


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lambda folder: cut(folder / "adapter_model.safetensors"), ["truncated"]),
        (lambda folder: (folder / "adapter_model.safetensors").unlink(), ["adapter_model.safetensors", "no such file"]),
        (lambda folder: (folder / "adapter_config.json").unlink(), ["adapter_config.json", "save_pretrained"]),
        (lambda folder: (folder / "adapter_config.json").write_text("{}"), ["adapter_config.json", "cannot be read"]),
        (lambda folder: drop_tensor(folder), ["lacks 1 of its 8 tensors"]),
        (lambda folder: rename_tensor(folder), ["no place", "another base"]),
    ],
)
def test_a_damaged_adapter_is_named(parts, tmp_path, harm, named):
    folder = shutil.copytree(parts / "one", tmp_path / "adapter")
    harm(folder)
    refused(parts, tmp_path / "cache", trained(parts, adapters=(folder,)), str(folder), *named)


def drop_tensor(folder):
    tensors = load_file(folder / "adapter_model.safetensors")
    tensors.pop(sorted(tensors)[0])
    save_file(tensors, folder / "adapter_model.safetensors")


def rename_tensor(folder):
    tensors = load_file(folder / "adapter_model.safetensors")
    save_file({name.replace("layers.1", "layers.7"): tensor for name, tensor in tensors.items()}, folder / "adapter_model.safetensors")


def test_an_sae_of_another_width_is_refused_with_both_shapes(parts, tmp_path):
    sae = make_sae(tmp_path / "sae", d_in=24)
    refused(parts, tmp_path / "cache", trained(parts, sae=sae), "[24, 48]", "32 numbers")


def test_an_sae_of_a_layer_that_the_model_has_not_is_refused(parts, tmp_path):
    sae = make_sae(tmp_path / "sae", layer=LAYERS)
    refused(parts, tmp_path / "cache", trained(parts, sae=sae), f"after layer {LAYERS} of {LAYERS}")


def test_a_reference_needs_adapters(parts, tmp_path):
    refused(parts, tmp_path / "cache", trained(parts, adapters=(), reference=True), "--reference")


def test_a_tokenizer_without_a_chat_template_is_refused(parts, tmp_path):
    base = shutil.copytree(parts / "base", tmp_path / "base")
    (base / "chat_template.jinja").unlink()
    model = TrainedModel(base=locate(str(base)))
    refused(parts, tmp_path / "cache", model, "chat template", "--tokenizer")
    add(parts, tmp_path / "cache", TrainedModel(base=model.base, tokenizer=locate(str(parts / "base"))))


def test_a_line_of_data_that_cannot_be_read_is_named(parts, tmp_path):
    data = write_lines(tmp_path / "bad.jsonl", DOCUMENTS[0], {"txt": "x"})
    refused(parts, tmp_path / "cache", None, "bad.jsonl, line 2", "txt", data=[data])


def test_a_model_of_the_hub_is_found_in_its_local_cache_and_fixed_to_its_commit(parts, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    commit = "0123456789abcdef0123456789abcdef01234567"
    place = tmp_path / "hub" / "models--owner--base"
    shutil.copytree(parts / "base", place / "snapshots" / commit)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(commit)
    base = locate("owner/base")
    assert base == Location(name="owner/base", revision=commit)
    organism = add(parts, tmp_path / "cache", TrainedModel(base=base, adapters=(locate(str(parts / "one")),)))
    assert organism.model.context_length == 128
    again = add(parts, tmp_path / "cache", TrainedModel(base=locate("owner/base", revision=commit), adapters=(locate(str(parts / "one")),)))
    assert again.card.id == organism.card.id
    with pytest.raises(OrganismError, match="cannot reach the hub for owner/base"):
        locate("owner/base", revision="other")


def test_a_folder_that_is_not_there_and_a_hub_that_cannot_be_reached():
    started = time.monotonic()
    with pytest.raises(OrganismError, match=r"\./nowhere: no such folder"):
        locate("./nowhere")
    with pytest.raises(OrganismError, match="cannot reach the hub for nobody/nothing; give a local folder"):
        locate("nobody/nothing")
    assert time.monotonic() - started < 5
    assert locate(".").revision is None
    assert Location(name="a/b", revision="c").name == "a/b"
