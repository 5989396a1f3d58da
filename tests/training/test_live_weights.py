"""Weights that are sent along while a network learns: rarely, when they are wanted, and without a trace in it."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from processes import until
from tiny_runs import images, run, same_weights, session_of

from nncompare.inspection import Forgotten, Inquiry, NetworkState
from nncompare.messages import Controls, Cursor, Setup
from nncompare.training import inspection, live_weights
from nncompare.training.channel import RunChannel
from nncompare.training.live_weights import WeightsPublisher
from nncompare.training.loop import train
from nncompare.training.trained_networks import ForgottenError, trained_model

SETTINGS = {"dropout": 0.5, "learning_rate": 0.01, "epochs": 4}


def explored() -> RunChannel:
    channel = RunChannel()
    channel.set_controls(Controls(explore=True))
    return channel


def test_nobody_explores_and_nothing_is_sent() -> None:
    channel = RunChannel()
    run(images(60), images(20), channel, **SETTINGS)
    assert channel.report(Cursor()).live is None


def test_the_first_weights_come_at_once_and_the_next_a_second_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(live_weights, "time", SimpleNamespace(monotonic=lambda: now))
    channel, session = explored(), session_of(images(60), images(20))
    publisher = WeightsPublisher(session.model, channel)
    publisher.if_due(0.5)
    report = channel.report(Cursor())
    assert report.live is not None
    assert report.live.epoch == 0.5
    kept = session.model.state_dict()
    assert all(np.array_equal(array, kept[name].numpy()) for name, array in report.live.weights.items())
    now += 0.9
    publisher.if_due(0.6)
    assert channel.report(report.cursor).live is None
    assert channel.live is None, "what has arrived takes no room"
    now += 0.2
    publisher.if_due(0.7)
    again = channel.report(report.cursor).live
    assert again is not None
    assert again.epoch == 0.7


def newest_after(epoch: float, publisher: WeightsPublisher, channel: RunChannel) -> float | None:
    """Give a chance to publish, and return of which epoch the newest weights are."""
    publisher.if_due(epoch)
    live = channel.report(Cursor()).live
    return live.epoch if live is not None else None


def test_a_copy_that_takes_long_is_made_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.05, 4.9, 5.1, 5.2])  # a copy takes 50 ms: 1% of five seconds
    monkeypatch.setattr(live_weights, "time", SimpleNamespace(monotonic=lambda: next(times)))
    channel, session = explored(), session_of(images(60), images(20))
    publisher = WeightsPublisher(session.model, channel)
    assert [newest_after(epoch, publisher, channel) for epoch in (0.1, 0.2, 0.3)] == [0.1, 0.1, 0.3]


def test_large_weights_are_sent_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(live_weights, "time", SimpleNamespace(monotonic=lambda: now))
    channel, session = explored(), session_of(images(60), images(20), channels=2)
    size = sum(4 * parameter.numel() for parameter in session.model.parameters())
    monkeypatch.setattr(live_weights, "BYTES_A_SECOND", size / 5)
    publisher = WeightsPublisher(session.model, channel)
    sent = []
    for now in (100.0, 104.9, 105.1):
        sent.append(newest_after(now, publisher, channel))
    assert sent == [100.0, 100.0, 105.1]


def test_the_worker_knows_the_last_weights_by_their_key() -> None:
    channel, session = explored(), session_of(images(60), images(20))
    published = []
    for epoch in (0.1, 0.2, 0.3):
        session.model[0].bias.data.add_(1)
        WeightsPublisher(session.model, channel).if_due(epoch)
        published.append(channel.report(Cursor()).live)
    first, *last = (NetworkState("A", session.job.setup, {}, live.epoch, live.key) for live in published if live)
    for live, state in zip(published[1:], last, strict=True):
        assert live is not None
        found = trained_model(state, torch.device("cpu")).state_dict()
        assert all(np.array_equal(array, found[name].numpy()) for name, array in live.weights.items())
    with pytest.raises(ForgottenError):
        trained_model(first, torch.device("cpu"))
    picture = np.full((1, 28, 28), 90, np.uint8)
    assert isinstance(inspection.answer(Inquiry((first,), "mnist", picture), "cpu", 1), Forgotten)


def test_weights_that_are_no_numbers_are_not_sent() -> None:
    channel, session = explored(), session_of(images(60), images(20))
    session.model[0].bias.data[0] = float("nan")
    WeightsPublisher(session.model, channel).if_due(0.5)
    assert channel.report(Cursor()).live is None


def test_a_copy_does_not_change_with_the_network() -> None:
    channel, session = explored(), session_of(images(60), images(20))
    WeightsPublisher(session.model, channel).if_due(0.5)
    live = channel.report(Cursor()).live
    assert live is not None
    before = live.weights["0.bias"].copy()
    session.model[0].bias.data.add_(1)
    assert np.array_equal(live.weights["0.bias"], before)


def test_a_training_that_is_explored_comes_to_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one thread trains, another one looks into its networks all the time, as a worker does."""
    data, test = images(1_005), images(100)
    alone, _ = run(data, test, **SETTINGS)
    monkeypatch.setattr(live_weights, "SECONDS", 0.0)
    channel = explored()
    session = session_of(data, test, channel, **SETTINGS)
    training = threading.Thread(target=lambda: list(train(session)), daemon=True)
    training.start()
    until(lambda: channel.report(Cursor()).live, "the first weights")
    setup, seen, answers = session.job.setup, Cursor(), 0
    while training.is_alive():
        report = channel.report(seen)
        seen = report.cursor
        if report.live is not None:
            answers += _look(setup, report.live.weights, report.live.epoch)
    training.join(30)
    assert answers > 0
    assert same_weights(session.model, alone)


def _look(setup: Setup, weights: dict[str, np.ndarray], epoch: float) -> int:
    states, picture = (NetworkState("A", setup, weights, epoch),), np.full((1, 28, 28), 90, np.uint8)
    return len(inspection.inspect(Inquiry(states, "mnist", picture, "inside"), torch.device("cpu")).networks)
