import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from organism.foundry.lora.spec import StageFolder
from organism.foundry.lora.stage import make_trainer, run_stage
from organism.loading import load_weights
from tests.organism.lora.conftest import silent


def train_two(make_spec):
    first = make_spec("midtrain", count=24)
    run_stage(first, silent)
    second = make_spec("sft", adapters=(StageFolder(first.output).adapter,))
    run_stage(second, silent)
    return [StageFolder(spec.output).adapter for spec in (first, second)]


def test_stacked_adapters_equal_a_merge_by_hand(make_spec, tiny_base):
    adapters = train_two(make_spec)
    merged = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).eval()
    for folder in adapters:
        weights = load_file(folder / "adapter_model.safetensors")
        for name in [name for name in weights if name.endswith("lora_A.weight")]:
            layer = merged.get_submodule(name.removeprefix("base_model.model.").removesuffix(".lora_A.weight"))
            layer.weight.data += 8 / 4 * weights[name.replace("lora_A", "lora_B")] @ weights[name]
    ids = torch.arange(4, 24)[None]
    base = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32).eval()
    with torch.no_grad():
        plain = base(ids).logits
        wanted = merged(ids).logits
        found = load_weights(tiny_base, adapters)(ids).logits
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(found, plain, atol=1e-2)


def test_a_stage_begins_where_the_one_before_ended(make_spec, tiny_base):
    """With two adapters before, which are joined, and the new one still without effect."""
    adapters = train_two(make_spec)
    model = make_trainer(make_spec("preference", adapters=tuple(adapters)), silent).model.eval()
    assert {name.split(".")[-2] for name, parameter in model.named_parameters() if parameter.requires_grad} == {"default"}
    ids = torch.arange(4, 24)[None]
    stacked = load_weights(tiny_base, adapters)
    with torch.no_grad():
        torch.testing.assert_close(model(ids).logits, stacked(ids).logits, atol=1e-5, rtol=1e-4)
