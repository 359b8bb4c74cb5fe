import copy

import pytest
import torch
from torch import nn

from organism.foundry.optimizer import Muon, MuonAdamW, orthogonalise

SHAPES = [(24, 24), (24, 24), (16, 48), (48, 16), (8, 64)]


def matrices(seed):
    generator = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in SHAPES]


@pytest.mark.parametrize("seed", range(3))
def test_muon_steps_as_torchs_own(seed):
    ours, theirs = matrices(seed), matrices(seed)
    mine = Muon(ours, lr=0.02)
    reference = torch.optim.Muon(theirs, lr=0.02, weight_decay=0.01, momentum=0.95, nesterov=True)
    generator = torch.Generator().manual_seed(seed + 100)
    for _ in range(5):
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn(one.shape, generator=generator)
            other.grad = one.grad.clone()
        mine.step()
        reference.step()
    for one, other, start in zip(ours, theirs, matrices(seed), strict=True):
        moved = (other - start).norm()
        assert (one - other).norm() < 0.02 * moved


@pytest.mark.parametrize("shape", [(16, 16), (8, 32)])
def test_singular_values_come_near_one(shape):
    stack = torch.randn(3, *shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(stack).float())
    assert values.max() < 1.3
    assert values.median() > 0.6


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(10, 8)
        self.inner = nn.Linear(8, 8)
        self.lm_head = nn.Linear(8, 10, bias=False)

    def forward(self, ids):
        return self.lm_head(torch.tanh(self.inner(self.embed_tokens(ids))))


def step(model, optimizer, seed):
    ids = torch.randint(10, (4,), generator=torch.Generator().manual_seed(seed))
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(ids), ids.roll(1)).backward()
    optimizer.step()


def small():
    torch.manual_seed(0)
    return Small()


def test_matrices_go_to_muon_and_the_rest_to_adam():
    model = small()
    optimizer = MuonAdamW(model, muon_lr=0.02, adam_lr=0.01)
    muon, adam = optimizer.param_groups
    assert [parameter is model.inner.weight for parameter in muon["params"]] == [True]
    assert len(adam["params"]) == 3
    assert (muon["lr"], adam["lr"]) == (0.02, 0.01)


def test_a_scheduler_reaches_both_parts():
    model = small()
    optimizer = MuonAdamW(model, muon_lr=0.02, adam_lr=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: 1.0 if done == 0 else 0.0)
    step(model, optimizer, 0)
    schedule.step()
    before = copy.deepcopy(model.state_dict())
    step(model, optimizer, 1)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_a_restored_optimizer_goes_on_as_the_first():
    model = small()
    optimizer = MuonAdamW(model, muon_lr=0.02, adam_lr=0.01)
    for seed in range(3):
        step(model, optimizer, seed)
    again = copy.deepcopy(model)
    restored = MuonAdamW(again, muon_lr=0.5, adam_lr=0.5)
    restored.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for seed in range(3, 6):
        step(model, optimizer, seed)
        step(again, restored, seed)
    for name, value in model.state_dict().items():
        assert torch.allclose(again.state_dict()[name], value), name


def test_training_lowers_the_loss():
    model, ids = small(), torch.arange(10)
    optimizer = MuonAdamW(model, muon_lr=0.02, adam_lr=0.02)

    def loss():
        return nn.functional.cross_entropy(model(ids), ids.roll(1))

    before = loss().item()
    for _ in range(30):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    assert loss().item() < 0.5 * before
