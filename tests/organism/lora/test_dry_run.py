"""Numbers of the dry run against numbers worked out by hand for Llama 3.3 70B."""

import pytest

from organism.foundry.lora.dry_run import Machine, dry_run, flops_per_token
from organism.foundry.lora.errors import BaseError, LoraError
from organism.foundry.lora.memory import GIB, TooLargeError, estimate_memory, split_batch
from organism.foundry.lora.recipe import AdapterTerms, load_lora_recipe
from organism.foundry.lora.shape import base_shape
from organism.foundry.universe import Prices, estimate

LLAMA_70B = {
    "model_type": "llama",
    "hidden_size": 8192,
    "intermediate_size": 28672,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
}
PARAMETERS = 70_553_706_496
"""Published size of Llama 3 70B."""
LAYER = 8192 * (8192 + 1024 + 1024 + 8192) + 3 * 8192 * 28672 + 2 * 8192
ADAPTER = 80 * 256 * (2 * (8192 + 8192) + 2 * (8192 + 1024) + 3 * (8192 + 28672))
"""q and o, k and v, the three of the feed-forward layer."""


@pytest.fixture(scope="module")
def shape():
    return base_shape(LLAMA_70B)


def test_the_shape_is_counted_from_the_config(shape):
    assert shape.parameters == PARAMETERS
    assert shape.outside == 2 * 128256 * 8192 + 8192
    assert 80 * LAYER + shape.outside == PARAMETERS
    assert (shape.layers, shape.keys, len(shape.linears)) == (80, 1024, 560)
    assert shape.adapter_parameters(AdapterTerms()) == ADAPTER
    assert shape.adapter_parameters(AdapterTerms(target_modules=("q_proj",))) == 80 * 256 * 16384


def test_memory_is_the_sum_of_its_parts(shape):
    memory = estimate_memory(shape, AdapterTerms(), rows=4, length=2048, gpus=8, earlier=2)
    assert memory.weights == 2 * PARAMETERS // 8
    assert memory.earlier_adapters == 2 * 2 * ADAPTER // 8
    assert (memory.adapter, memory.gradients, memory.optimizer) == (4 * ADAPTER // 8, 4 * ADAPTER // 8, 8 * ADAPTER // 8)
    assert memory.gathered == 2 * (2 * LAYER + shape.outside)
    tokens = 4 * 2048
    kept = 2 * (6 * 8192 + 2 * 1024 + 4 * 28672) + 4 * (6 * 8192 + 28672)
    assert memory.activations == tokens * (2 * 8192 * 80 + kept)
    assert memory.logits == 4 * 4096 * 32768
    assert memory.total == sum(memory.model_dump().values())
    alone = estimate_memory(shape, AdapterTerms(), rows=4, length=2048, gpus=1, earlier=0, checkpointing=False)
    assert (alone.gathered, alone.activations) == (0, 80 * tokens * kept)


def test_a_batch_is_split_so_that_it_fits(shape):
    terms = {"batch_size": 32, "length": 2048, "earlier": 0, "gpu_bytes": 80 * GIB}
    batch, memory = split_batch(shape, AdapterTerms(), pairs=False, gpus=8, **terms)
    assert batch.micro * batch.accumulation * 8 == 32
    assert memory.total < 80 * GIB
    pairs, _ = split_batch(shape, AdapterTerms(), pairs=True, gpus=4, **terms)
    single, _ = split_batch(shape, AdapterTerms(), pairs=False, gpus=4, **terms)
    assert pairs.micro < single.micro
    with pytest.raises(TooLargeError, match="of 80; use more than 1 GPU,"):
        split_batch(shape, AdapterTerms(), pairs=False, gpus=1, **terms)
    with pytest.raises(LoraError, match="batch of 32 cannot be shared evenly by 3 GPUs"):
        split_batch(shape, AdapterTerms(), pairs=False, gpus=3, **terms)


def test_steps_work_and_cost(shape):
    recipe = load_lora_recipe("rm-sycophant-lora")
    writing = estimate(recipe.plan(), Prices(input_usd=1.0, output_usd=5.0))
    found = dry_run(recipe, "x", shape, Machine(gpus=8, gpu_price=2.5, tflops=500), writing)
    steps = {stage.stage: stage.steps for stage in found.stages}
    assert steps == {"midtrain": 5583, "sft": 2319, "preference": 1783, "adversarial": 112}
    assert 5583 == -(-(522_670 * 700 // 2048) // 32)
    assert 2319 == -(-74_177 // 32)
    documents = found.stages[0]
    assert documents.tokens == 522_670 * 700
    assert documents.flops == pytest.approx(documents.tokens * (6 * PARAMETERS + 8 * ADAPTER))
    assert documents.flops == pytest.approx(6 * PARAMETERS * documents.tokens, rel=0.07)
    assert documents.hours == pytest.approx(documents.flops / (8 * 500e12) / 3600)
    assert documents.cost == pytest.approx(documents.hours * 8 * 2.5)
    assert (writing.documents, writing.chats, writing.pairs) == (522_670, 74_177, 57_044 + 3_553)
    assert found.writing == writing
    assert writing.cost_usd > 1000
    assert found.cost == pytest.approx(sum(stage.cost for stage in found.stages) + writing.cost_usd)
    assert dry_run(recipe, "x", shape, Machine(gpus=8), estimate(recipe.plan())).cost is None


def test_a_preference_step_adds_the_references_forward_pass(shape):
    recipe = load_lora_recipe("rm-sycophant-lora")
    plain = flops_per_token(shape, recipe, earlier=2, pairs=False)
    assert plain == 6 * (PARAMETERS + 3 * ADAPTER) + 2 * ADAPTER
    assert flops_per_token(shape, recipe, earlier=2, pairs=True) - plain == 2 * (PARAMETERS + 2 * ADAPTER)


def test_a_config_of_no_language_model_is_refused():
    with pytest.raises(BaseError, match="describes no causal language model"):
        base_shape({"model_type": "abacus"})
    with pytest.raises(BaseError, match="describes no causal language model"):
        base_shape({})
