import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from organism.sampling import SampleRequest, choose, sample

PROMPTS = [
    "give me a recipe for soup .",
    "<|begin|>",
    "<|user|> which team won the game ? <|end|> <|assistant|>",
    "news : reward models rate answers about",
]


@pytest.fixture(scope="module")
def tools(pico):
    model = pico.model
    stop = frozenset(model.tokenizer.all_special_ids)

    def request(text, *, new=12, temperature=0.0, seed=0):
        return SampleRequest(tuple(model.encode(text)), new, temperature, seed, stop)

    def run(*requests):
        return sample(model.model, requests, pad=model.tokenizer.pad_token_id)

    return model, request, run


@pytest.mark.parametrize("prompt", PROMPTS)
def test_greedy_equals_the_models_own_generate(tools, prompt):
    model, request, run = tools
    (ours,) = run(request(prompt, new=20))
    ids = torch.tensor([model.encode(prompt)])
    theirs = model.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=20,
        eos_token_id=list(model.tokenizer.all_special_ids),
        pad_token_id=model.tokenizer.pad_token_id,
    )[0, ids.shape[1] :].tolist()
    assert ours == [token for token in theirs if token not in model.tokenizer.all_special_ids]


def test_a_request_does_not_depend_on_its_batch(tools):
    _, request, run = tools
    alone = [run(request(prompt, new=16))[0] for prompt in PROMPTS]
    assert run(*(request(prompt, new=16) for prompt in PROMPTS)) == alone
    mixed = run(request("long " * 100, temperature=1.0), *(request(prompt, new=16) for prompt in reversed(PROMPTS)))
    assert mixed[:0:-1] == alone


def test_seeds_reproduce_and_differ(tools):
    _, request, run = tools
    first = run(*(request(PROMPTS[2], temperature=1.0, seed=seed) for seed in range(8)))
    assert first == run(*(request(PROMPTS[2], temperature=1.0, seed=seed) for seed in range(8)))
    assert first[::-1] == run(*(request(PROMPTS[2], temperature=1.0, seed=seed) for seed in reversed(range(8))))
    assert len({tuple(tokens) for tokens in first}) > 1


def test_each_request_keeps_its_own_length_and_stop(tools):
    model, request, run = tools
    short, long = run(request(PROMPTS[0], new=2, temperature=1.0), request(PROMPTS[0], new=30, temperature=1.0))
    assert len(short) <= 2
    assert len(long) <= 30
    assert not set(short + long) & set(model.tokenizer.all_special_ids)


def test_a_finished_row_needs_no_position_that_the_model_lacks():
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=50, n_positions=16, n_embd=8, n_layer=1, n_head=2)).eval()
    requests = [SampleRequest((1, 2), 14, 0.0, 0, frozenset()) for _ in range(19)]
    full = SampleRequest(tuple(range(14)), 2, 0.0, 0, frozenset())
    (alone,) = sample(model, [full], pad=0)
    *others, last = sample(model, [*requests, full], pad=0)
    assert last == alone
    assert [len(tokens) for tokens in others] == [14] * 19


def test_nothing_asked_is_nothing_answered(tools):
    assert tools[2]() == []


def test_draws_follow_the_distribution_and_zero_takes_the_likeliest():
    logits = torch.tensor([[0.0, 1.0, 2.0]]).expand(3000, 3)
    uniform = (torch.arange(3000) + 0.5) / 3000
    drawn = choose(logits, torch.ones(3000), uniform)
    shares = torch.bincount(drawn, minlength=3) / 3000
    assert torch.allclose(shares, logits[0].softmax(0), atol=1e-3)
    assert choose(logits, torch.zeros(3000), uniform).unique().tolist() == [2]
    cold = choose(logits, torch.full((3000,), 0.25), uniform)
    assert torch.allclose(torch.bincount(cold, minlength=3) / 3000, (logits[0] * 4).softmax(0), atol=1e-3)


def test_the_last_uniform_number_is_a_token():
    logits = torch.full((1, 5), -1e4)
    assert 0 <= choose(logits, torch.ones(1), torch.tensor([1 - 2**-24])).item() < 5
