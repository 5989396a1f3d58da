"""The fast way of a step beside the plain one: the same losses and weights."""

import inspect
import sys

import pytest
import torch
from tiny_runs import images, model_of, plan_of, session_of

from nncompare.config import RunConfig
from nncompare.memory import Plan
from nncompare.training import backends
from nncompare.training.backends import fast as fast_module
from nncompare.training.backends.dropout import Dropout
from nncompare.training.backends.fast import FastNetwork
from nncompare.training.backends.plain import PlainNetwork
from nncompare.training.loop import train
from nncompare.training.shards import Crew
from nncompare.training.step import MicroBatch, Updates

STEPS = 20
TOLERANCE = {"float32": 1e-4, "bfloat16": 0.05}


@pytest.fixture(autouse=True)
def same_features_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torch's dropout drop what the fast way drops: its generator is used otherwise."""

    def forward(self: torch.nn.Dropout, features: torch.Tensor) -> torch.Tensor:
        dropout = Dropout(self.p if self.training else 0.0)
        factors = dropout.factors(dropout.draw(features.size(0), features.size(1), features.device), features.dtype)
        return features if factors is None else features * factors

    monkeypatch.setattr(torch.nn.Dropout, "forward", forward)


def trained(way: type, precision: str, plan: Plan, monkeypatch: pytest.MonkeyPatch, **settings: object):
    """Train for twenty updates; give the losses and the model."""
    monkeypatch.setitem(backends.BACKENDS, "fast", way)
    config = RunConfig(**{"channels": 4, "learning_rate": 0.005, **settings})
    model = model_of(4, config.dropout, seed=3)
    torch.manual_seed(1)
    count = STEPS * plan.effective_batch_size - 5  # the last update is short
    made = Updates(model, images(count), config, plan, precision)  # type: ignore[arg-type]
    pieces = [step for step in made.epoch(torch.arange(count)) if isinstance(step, MicroBatch)]
    return [float(piece.loss) / piece.images for piece in pieces], [int(piece.right) for piece in pieces], model


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("plan", [plan_of(16, channels=4), plan_of(8, 3, channels=4)])
@pytest.mark.parametrize(
    "settings",
    [
        {"dropout": 0.0},
        {"dropout": 0.4},
        {"optimizer": "sgd", "learning_rate": 0.02, "dropout": 0.4},
        {"optimizer": "sgd", "momentum": 0.0, "dropout": 0.0, "learning_rate": 0.1},
        {"label_smoothing": 0.1, "weight_decay": 0.05, "dropout": 0.2, "schedule": "one-cycle"},
    ],
)
def test_both_ways_give_the_same(settings, plan, precision, monkeypatch):
    wanted, wanted_right, plain = trained(PlainNetwork, precision, plan, monkeypatch, **settings)
    losses, right, fast = trained(FastNetwork, precision, plan, monkeypatch, **settings)
    tolerance = TOLERANCE[precision]
    assert losses[:5] == pytest.approx(wanted[:5], rel=1e-5 if precision == "float32" else tolerance)
    assert losses == pytest.approx(wanted, rel=tolerance)
    assert sum(map(abs, (a - b for a, b in zip(right, wanted_right, strict=True)))) <= (
        0 if precision == "float32" else 0.1 * sum(wanted_right)
    )
    for one, other in zip(plain.parameters(), fast.parameters(), strict=True):
        assert float((one - other).detach().norm()) <= tolerance * max(1.0, float(one.detach().norm()))
    assert sum(losses[-5:]) < sum(losses[:5]), "and it learns"


def test_the_gradient_is_that_of_autograd():
    data = images(24)
    plain, fast = model_of(3, seed=5), model_of(3, seed=5)
    one, other = PlainNetwork(plain, "float32", 0.1), FastNetwork(fast, "float32", 0.1)
    batch, labels = data.batch(torch.arange(24))
    wanted, found = one.backward(batch, labels, 48), other.backward(batch, labels, 48)
    torch.testing.assert_close(found, wanted)
    gradient = other.parameters[0].grad
    assert gradient is not None
    for part, view in zip(plain.parameters(), other._views(gradient), strict=True):
        torch.testing.assert_close(view, part.grad, atol=1e-7, rtol=1e-5)


@pytest.mark.parametrize("images_at_once", [1, 8, 24])
def test_products_of_matrices_give_the_gradient_of_every_kernel(images_at_once: int) -> None:
    """On any processor: which of them use products, and for which layers, is a question of speed."""
    batch, labels = images(24).batch(torch.arange(24))
    found = []
    for takes_products in (False, True):
        network = FastNetwork(model_of(5, seed=5), "float32")
        network.shard_images, network._takes_products = images_at_once, takes_products
        network.backward(batch, labels, 24)
        found.append(network._views(network._gradient[0].clone()))
    for one, other in zip(*found, strict=True):
        assert float((one - other).norm()) <= 1e-5 * float(one.norm())


def test_products_are_used_for_wide_networks_in_float32_on_avx2_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    uses = {}
    for capability in ("AVX2", "AVX512", "DEFAULT"):
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda name=capability: name)
        for precision in ("float32", "bfloat16"):
            for channels in (31, 32):
                network = FastNetwork(model_of(channels), precision)
                uses[capability, precision, channels] = network._takes_products
    assert [case for case, used in uses.items() if used] == [("AVX2", "float32", 32)]


@pytest.mark.parametrize(("dropout", "of_plain"), [(0.0, 128), (0.4, 8)])
def test_shards_give_the_gradient_of_the_whole(dropout: float, of_plain: int) -> None:
    """With dropout both draw their numbers shard by shard."""
    batch, labels = images(61).batch(torch.arange(61))
    plain, fast = (model_of(3, dropout=dropout, seed=5) for _ in range(2))
    with Crew(3) as crew:
        one, other = PlainNetwork(plain, "float32", 0.1), FastNetwork(fast, "float32", 0.1, crew)
        one.shard_images, other.shard_images = of_plain, 8
        sums = []
        for network in (one, other):
            torch.manual_seed(3)
            sums.append(network.backward(batch, labels, 61))
    torch.testing.assert_close(*sums)
    gradient = other.parameters[0].grad
    assert gradient is not None
    for part, view in zip(plain.parameters(), other._views(gradient), strict=True):
        torch.testing.assert_close(view, part.grad, atol=1e-6, rtol=1e-4)


def test_the_parameters_of_the_model_are_views_of_one_vector():
    model = model_of(3)
    before = [part.detach().clone() for part in model.parameters()]
    (vector,) = FastNetwork(model, "float32").parameters
    assert all(torch.equal(part, then) for part, then in zip(model.parameters(), before, strict=True))
    vector.zero_()
    assert all(not part.any() for part in model.parameters())


@pytest.mark.parametrize("way", [PlainNetwork, FastNetwork])
def test_a_run_of_either_way_goes_on_from_its_checkpoint(way, monkeypatch):
    monkeypatch.setitem(backends.BACKENDS, "fast", way)
    data, test = images(64), images(20)
    whole = session_of(data, test, epochs=2, dropout=0.3)
    list(train(whole))
    first = session_of(data, test, epochs=1, dropout=0.3)
    list(train(first))
    second = session_of(data, test, epochs=2, dropout=0.3, start=first.checkpoint())
    list(train(second))
    for one, other in zip(whole.model.parameters(), second.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_where_there_is_no_torchscript_the_same_function_runs_in_python(monkeypatch):
    data, sums = images(24), []
    batch, labels = data.batch(torch.arange(24))
    networks = [FastNetwork(model_of(3, dropout=0.5, seed=5), "float32") for _ in range(2)]
    plain = inspect.unwrap(fast_module._backward)
    assert plain is not fast_module._backward
    for made, function in zip(networks, (fast_module._backward, plain), strict=True):
        monkeypatch.setattr(fast_module, "_backward", torch.no_grad()(function))
        torch.manual_seed(3)
        sums.append(made.backward(batch, labels, 24))
    assert [float(value) for value in sums[0]] == [float(value) for value in sums[1]]
    one, other = (network.parameters[0].grad for network in networks)
    assert one is not None
    assert other is not None
    assert torch.equal(one, other)


def test_it_does_run_without_python_where_there_is_torchscript():
    model = model_of(3)
    batch, labels = images(4).batch(torch.arange(4))
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as watch:
        FastNetwork(model, "float32").backward(batch, labels, 4)
    assert any("_backward" in event.key for event in watch.key_averages()) == (sys.version_info < (3, 14))
