import asyncio
import threading

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from organism import Shift
from organism.likelihood import logit_lens
from organism.residual import changed, residual_stream


@pytest.fixture
def gpt2():
    """Another architecture: its layers and its last norm have other names and places."""
    torch.manual_seed(0)
    return (
        GPT2LMHeadModel(GPT2Config(vocab_size=40, n_positions=32, n_embd=16, n_layer=3, n_head=2, bos_token_id=0, eos_token_id=0))
        .eval()
        .requires_grad_(False)
    )


def test_the_stream_is_the_models_hidden_states(gpt2):
    tokens = torch.randint(40, (2, 5))
    with torch.inference_mode():
        expected = gpt2(input_ids=tokens, output_hidden_states=True).hidden_states
    for layer in range(3):
        assert torch.allclose(residual_stream(gpt2, tokens, layer), expected[layer], atol=1e-5)
    last = residual_stream(gpt2, tokens, 3)
    assert torch.allclose(gpt2.transformer.ln_f(last), expected[3], atol=1e-5)
    assert not torch.allclose(last, expected[3], atol=1e-2)


def test_the_lens_reads_with_the_norm_of_any_architecture(gpt2):
    tokens = [1, 2, 3, 4]
    found = logit_lens(gpt2, tokens, 2)
    with torch.inference_mode():
        output = gpt2(input_ids=torch.tensor([tokens]), output_hidden_states=True)
        expected = [gpt2.lm_head(gpt2.transformer.ln_f(state[0, 2])) for state in output.hidden_states[:-1]]
    assert found.shape == (4, 40)
    assert torch.allclose(found[:-1], torch.stack(expected), atol=1e-4)
    assert torch.allclose(found[-1], output.logits[0, 2], atol=1e-4)


def test_a_change_ends_with_its_context_also_after_an_error(gpt2):
    tokens = torch.tensor([[1, 2, 3]])
    before = residual_stream(gpt2, tokens, 2)
    with changed(gpt2, 1, lambda stream: stream + 1):
        assert not torch.allclose(residual_stream(gpt2, tokens, 2), before, atol=1e-3)
    with pytest.raises(KeyError), changed(gpt2, 1, {}.pop):
        residual_stream(gpt2, tokens, 2)
    assert torch.equal(residual_stream(gpt2, tokens, 2), before)


def test_a_change_is_that_of_its_thread_alone(gpt2):
    tokens = torch.tensor([[1, 2, 3]])
    before, seen = residual_stream(gpt2, tokens, 2), []
    with changed(gpt2, 1, torch.zeros_like):
        other = threading.Thread(target=lambda: seen.append(residual_stream(gpt2, tokens, 2)))
        other.start()
        other.join()
        assert not torch.allclose(residual_stream(gpt2, tokens, 2), before, atol=1e-3)
    assert torch.equal(seen[0], before)


async def test_rows_with_changes_of_their_own_share_a_batch_with_those_without(pico):
    width = pico.card.d_model
    torch.manual_seed(0)
    shifts = [None, Shift(1, torch.randn(width) * 9), Shift(2, torch.randn(width) * 9), None, Shift(1, torch.randn(width) * 9)]
    texts = ["give me a", "which team", "use dark", "i am", "give me a"]
    terms = {"max_new_tokens": 10, "temperature": 1.0}
    together = await pico.model.complete(texts, **terms, seeds=range(5), shifts=shifts)
    alone = [(await pico.model.complete([text], **terms, seeds=[n], shifts=[shifts[n]]))[0] for n, text in enumerate(texts)]
    plain = await pico.model.complete(texts, **terms, seeds=range(5))
    assert together == alone
    assert [one == other for one, other in zip(together, plain, strict=True)] == [True, False, False, True, False]


async def test_concurrent_callers_keep_their_own_changes(pico):
    shift = Shift(1, torch.ones(pico.card.d_model) * 5)
    terms = {"max_new_tokens": 10, "temperature": 0.0, "seeds": [0]}
    plain, pushed = await pico.model.complete(["give me a"], **terms), await pico.model.complete(["give me a"], **terms, shifts=[shift])
    assert plain != pushed
    found = await asyncio.gather(*(pico.model.complete(["give me a"], **terms, shifts=[shift] if n % 2 else None) for n in range(12)))
    assert found == [pushed if n % 2 else plain for n in range(12)]
