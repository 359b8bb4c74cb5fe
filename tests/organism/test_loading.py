"""What loading keeps of adapters, however small their updates are."""

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from organism.loading import load_weights
from tests.fakes.tiny_models import make_adapter, make_model

TINY = 0.001
"""Size of the adapters' numbers: an update is about 1/5000 of a weight's usual size."""


def test_tiny_updates_of_two_adapters_survive_a_bf16_checkpoint(tmp_path):
    base = make_model(tmp_path / "base", dtype=torch.bfloat16)
    adapters = [make_adapter(tmp_path / str(seed), base, seed=seed, size=TINY) for seed in (1, 2)]
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    by_hand = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    kept = []
    for folder in adapters:
        weights = load_file(folder / "adapter_model.safetensors")
        for name in [name for name in weights if name.endswith("lora_A.weight")]:
            layer = by_hand.get_submodule(name.removeprefix("base_model.model.").removesuffix(".lora_A.weight"))
            updated = layer.weight.data + 2 * weights[name.replace("lora_A", "lora_B")] @ weights[name]
            kept.append((updated.bfloat16() != layer.weight.data.bfloat16()).float().mean())
            layer.weight.data = updated
    assert max(kept) < 0.2, "in bf16 most of the update would be gone"
    ids = torch.arange(4, 24)[None]
    with torch.no_grad():
        before = plain(ids).logits
        truth = by_hand(ids).logits - before
        found = load_weights(base, adapters)(ids).logits - before
    assert truth.abs().max() > 0
    assert (found - truth).norm() < 0.01 * truth.norm()
