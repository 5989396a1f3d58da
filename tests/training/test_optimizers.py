"""Our optimisers against those of torch."""

import pytest
import torch

from nncompare.config import RunConfig
from nncompare.training.optimizers import make_optimizer

SHAPES = [(7,), (3, 4, 2, 2)]
STEPS = 40


@pytest.mark.parametrize(
    ("settings", "theirs"),
    [
        ({"optimizer": "adam"}, lambda parameters, rate: torch.optim.Adam(parameters, lr=rate)),
        ({"optimizer": "sgd"}, lambda parameters, rate: torch.optim.SGD(parameters, lr=rate, momentum=0.9)),
        (
            {"optimizer": "sgd", "momentum": 0.0},
            lambda parameters, rate: torch.optim.SGD(parameters, lr=rate, momentum=0.0),
        ),
    ],
)
def test_it_moves_as_torchs_own_does(settings, theirs):
    random = torch.Generator().manual_seed(1)
    ours = [torch.randn(shape, generator=random) for shape in SHAPES]
    copies = [part.clone().requires_grad_() for part in ours]
    optimizer, reference = make_optimizer(ours, RunConfig(**settings)), theirs(copies, 0.01)
    for number in range(STEPS):
        rate = 0.01 * (1 + number % 3)
        gradients = [torch.randn(shape, generator=random) * 10.0 ** (number % 5 - 2) for shape in SHAPES]
        for copy, gradient in zip(copies, gradients, strict=True):
            copy.grad = gradient.clone()
        reference.param_groups[0]["lr"] = rate
        reference.step()
        optimizer.step(gradients, rate)
    for part, copy in zip(ours, copies, strict=True):
        torch.testing.assert_close(part, copy.detach(), atol=1e-6, rtol=1e-5)


def test_a_zero_gradient_moves_nothing_at_first():
    parameter = torch.ones(5)
    make_optimizer([parameter], RunConfig(optimizer="adam")).step([torch.zeros(5)], 0.1)
    assert torch.equal(parameter, torch.ones(5))


def test_what_it_keeps_is_there_before_the_first_step():
    parameters = [torch.ones(5), torch.ones(2, 3)]
    adam = make_optimizer(parameters, RunConfig(optimizer="adam"))
    sgd = make_optimizer(parameters, RunConfig(optimizer="sgd"))
    assert {name: [len(t.shape) for t in kept] for name, kept in adam.state.items()} == {
        "step": [0, 0],
        "exp_avg": [1, 2],
        "exp_avg_sq": [1, 2],
    }
    assert [kept.shape for kept in sgd.state["momentum_buffer"]] == [part.shape for part in parameters]
