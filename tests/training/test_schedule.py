"""The learning rate's schedule, weight decay and label smoothing, held against torch's own."""

from dataclasses import replace

import pytest
import torch
from tiny_runs import images, model_of, plan_of, run, same_weights, session_of
from torch import Tensor
from torch.nn.functional import cross_entropy

from nncompare.config import RunConfig
from nncompare.events import TrainPoint
from nncompare.messages import Controls
from nncompare.training.channel import RunChannel
from nncompare.training.loop import train
from nncompare.training.optimizers import Schedule
from nncompare.training.step import Updates


def trained(config: RunConfig, updates: int = 5) -> torch.nn.Module:
    model = model_of()
    made = Updates(model, images(16 * updates), config, plan_of(16), "float32")
    list(made.epoch(torch.arange(16 * updates)))
    return model


def by_torch(optimizer: torch.optim.Optimizer, model: torch.nn.Module, smoothing: float = 0.0) -> torch.nn.Module:
    data = images(80)
    for part in torch.arange(80).split(16):
        batch, labels = data.batch(part)
        optimizer.zero_grad()
        cross_entropy(model(batch), labels, label_smoothing=smoothing).backward()
        optimizer.step()
    return model


def assert_close(one: torch.nn.Module, other: torch.nn.Module) -> None:
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-5)


def test_a_constant_rate_is_constant() -> None:
    schedule = Schedule.of(RunConfig(learning_rate=0.5, epochs=2), 0, 100)
    assert {schedule.rate(images) for images in (0, 37, 100, 199)} == {0.5}


def test_one_cycle_rises_over_a_fifth_and_falls_to_a_hundredth() -> None:
    schedule = Schedule.of(RunConfig(learning_rate=0.5, epochs=2, schedule="one-cycle"), 0, 1_000)
    rates = [schedule.rate(seen) for seen in (0, 200, 400, 1_200, 2_000)]
    assert rates == pytest.approx([0.05, 0.275, 0.5, 0.2525, 0.005])
    later = Schedule.of(RunConfig(learning_rate=0.5, epochs=3, schedule="one-cycle"), 2_000, 1_000)
    assert [later.rate(seen) for seen in (2_000, 2_200, 3_000)] == pytest.approx([0.05, 0.5, 0.005])


def test_decay_with_adam_is_adamw() -> None:
    config = RunConfig(channels=2, dropout=0, learning_rate=0.01, weight_decay=0.3)
    model = model_of()
    wanted = by_torch(torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.3), model)
    assert_close(trained(config), wanted)
    assert not same_weights(trained(config), trained(config.model_copy(update={"weight_decay": 0.0})))


def test_decay_with_sgd_leaves_the_momentum_alone() -> None:
    """With decay inside the gradient, as torch's SGD has it, momentum would carry it on."""
    config = RunConfig(channels=2, dropout=0, optimizer="sgd", learning_rate=0.1, weight_decay=0.3)
    made = trained(config, updates=2)
    model = model_of()
    data, velocity = images(32), [torch.zeros_like(parameter) for parameter in model.parameters()]
    for part in torch.arange(32).split(16):
        batch, labels = data.batch(part)
        model.zero_grad()
        cross_entropy(model(batch), labels).backward()
        with torch.no_grad():
            for parameter, speed in zip(model.parameters(), velocity, strict=True):
                speed.mul_(0.9).add_(parameter.grad)
                parameter.mul_(1 - 0.1 * 0.3).sub_(0.1 * speed)
    assert_close(made, model)


def test_smoothing_is_that_of_torch() -> None:
    config = RunConfig(channels=2, dropout=0, learning_rate=0.01, label_smoothing=0.2)
    model = model_of()
    wanted = by_torch(torch.optim.Adam(model.parameters(), lr=0.01), model, smoothing=0.2)
    assert_close(trained(config), wanted)


SETTINGS = {"learning_rate": 0.02, "dropout": 0.5, "schedule": "one-cycle", "weight_decay": 0.1, "epochs": 2}


def test_a_run_that_was_suspended_goes_on_in_the_same_cycle() -> None:
    data, test = images(100), images(20)
    whole, _ = run(data, test, **SETTINGS)
    channel = RunChannel()
    first = session_of(data, test, channel, suspend_seconds=0.0, **SETTINGS)
    for event in train(first):
        if isinstance(event, TrainPoint) and event.images >= 32:
            channel.set_controls(Controls(pause=True))
    assert first.is_suspended
    second = session_of(data, test, start=first.checkpoint(), **SETTINGS)
    list(train(second))
    assert same_weights(whole, second.model)


def test_added_epochs_are_a_cycle_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    data, test = images(100), images(20)
    first = session_of(data, test, **{**SETTINGS, "epochs": 1})
    list(train(first))
    end = first.checkpoint()
    on = session_of(data, test, start=replace(end, cycle_start=end.position.images), **SETTINGS)
    rates: list[float] = []
    optimizer = on.updates._optimizer
    step = optimizer.step

    def record(gradients: list[Tensor], rate: float) -> None:
        rates.append(rate)
        step(gradients, rate)

    monkeypatch.setattr(optimizer, "step", record)
    list(train(on))
    assert rates[0] == pytest.approx(0.002), "a tenth of the peak again"
    assert max(rates) > 0.015
    assert rates[-1] < 0.008
