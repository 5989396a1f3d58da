"""Pauses, long ones too, and epochs that are added: the weights are those of an uninterrupted run, to the last bit."""

import math
import pickle
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from processes import until
from tiny_runs import images, model_of, plan_of, run, same_weights, session_of
from torch import nn

from nncompare.events import EpochEnd, Event, Failed, Finished, Suspended, TestPoint, TrainPoint
from nncompare.messages import Checkpoint, Controls, Cursor, VisibleImages
from nncompare.training.channel import RunChannel
from nncompare.training.loop import train
from nncompare.training.session import Session

SETTINGS = {"dropout": 0.5, "learning_rate": 0.01, "epochs": 2}
PLANS = [plan_of(16), plan_of(8, 4)]  # the second leaves an update half done when it is paused within
OPTIMIZERS = [{"optimizer": "adam"}, {"optimizer": "sgd"}, {"optimizer": "sgd", "momentum": 0}]


@pytest.fixture(scope="module")
def uninterrupted() -> Callable[..., tuple[nn.Module, list[Event]]]:
    """Train 205 images from start to end, once for all tests with the same settings."""
    done: dict[str, tuple[nn.Module, list[Event]]] = {}

    def trained(**settings: Any) -> tuple[nn.Module, list[Event]]:
        if str(settings) not in done:
            done[str(settings)] = run(images(205), images(50), **settings)
        return done[str(settings)]

    return trained


def leave_at(session: Session, channel: RunChannel, image: int, controls: Controls) -> list[Event]:
    """Train until so many images were seen, then want something, once."""
    events, is_wanted = [], False
    for event in train(session):
        events.append(event)
        if not is_wanted and isinstance(event, TrainPoint | TestPoint) and event.images >= image:
            channel.set_controls(controls)
            is_wanted = True
    return events


def travelled(session: Session) -> Checkpoint:
    """Send a checkpoint through a process boundary."""
    checkpoint: Checkpoint = pickle.loads(pickle.dumps(session.checkpoint()))
    return checkpoint


def figures(events: list[Event]) -> list[EpochEnd]:
    """Give the end of every epoch, but for its time."""
    return [replace(event, seconds=0) for event in events if isinstance(event, EpochEnd)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("image", [8, 100, 204, 205, 400])
def test_a_run_that_was_suspended_goes_on_elsewhere_to_the_same_weights(plan, optimizer, image, uninterrupted) -> None:
    data, test = images(205), images(50)
    settings = {**SETTINGS, **optimizer, "plan": plan}
    whole, told = uninterrupted(**settings)
    channel = RunChannel()
    first = session_of(data, test, channel, **settings, suspend_seconds=0)
    before = leave_at(first, channel, image, Controls(pause=True))
    assert isinstance(before[-1], Suspended)
    checkpoint = travelled(first)
    torch.rand(7)  # another process has drawn other numbers
    second = session_of(data, test, **settings, start=checkpoint)
    after = list(train(second))
    assert isinstance(after[-1], Finished)
    assert same_weights(second.model, whole)
    assert figures(before + after) == figures(told)
    assert [type(event) for event in before[:-1] + after] == [type(event) for event in told]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_epochs_added_at_the_end_give_the_weights_of_the_longer_run(optimizer, uninterrupted) -> None:
    data, test = images(205), images(50)
    whole, told = uninterrupted(**{**SETTINGS, **optimizer, "epochs": 3})
    first = session_of(data, test, **{**SETTINGS, **optimizer, "epochs": 1})
    before = list(train(first))
    second = session_of(data, test, **{**SETTINGS, **optimizer, "epochs": 3}, start=travelled(first))
    after = list(train(second))
    assert same_weights(second.model, whole)
    assert figures(before + after) == figures(told)
    times = [event.seconds for event in before + after if isinstance(event, TrainPoint)]
    assert times == sorted(times)


@pytest.mark.parametrize("image", [30, 205, 300])
def test_a_stopped_run_goes_on_to_the_same_weights(image, uninterrupted) -> None:
    data, test = images(205), images(50)
    whole, _ = uninterrupted(**SETTINGS)
    channel = RunChannel()
    first = session_of(data, test, channel, **SETTINGS)
    before = leave_at(first, channel, image, Controls(stop=True))
    assert isinstance(before[-1], Finished)
    assert before[-1].stopped
    second = session_of(data, test, **SETTINGS, start=travelled(first))
    after = list(train(second))
    assert same_weights(second.model, whole)
    assert figures(before + after)[-1].epoch == 2


def test_a_halved_batch_stays_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    from test_out_of_memory import ShortMemory

    data, test = images(100), images(20)
    ShortMemory(monkeypatch, most=8)
    first = session_of(data, test, plan=plan_of(32), **{**SETTINGS, "epochs": 1})
    list(train(first))
    monkeypatch.undo()
    second = session_of(data, test, plan=plan_of(32), **SETTINGS, start=travelled(first))
    assert (second.updates.plan.batch_size, second.updates.plan.accumulation_steps) == (8, 4)


class Pausing:
    """A training in a thread of its own, as in a worker; it is to pause after a hundred images."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.events: list[Event] = []
        self.thread = threading.Thread(target=self._train, daemon=True)
        self.thread.start()

    def _train(self) -> None:
        self.events += leave_at(self.session, self.session.channel, 100, Controls(pause=True))


def rests() -> bool:
    """Whether this process leaves the cores alone for half a second."""
    began, used = time.monotonic(), time.process_time()
    threading.Event().wait(0.5)
    return time.process_time() - used < 0.1 * (time.monotonic() - began)


def test_a_pause_holds_no_core_and_the_resumed_run_is_the_same() -> None:
    data, test = images(500), images(50)
    whole, _ = run(data, test, **SETTINGS)
    channel = RunChannel()
    running = Pausing(session_of(data, test, channel, suspend_seconds=math.inf, **SETTINGS))
    until(lambda: channel.report(Cursor()).is_paused, "the pause")
    assert channel.progress is not None
    seen = channel.progress.images
    assert any(rests() for _ in range(5)), "it holds a core"  # what earlier tests have left may work now and then
    assert channel.progress.images == seen < 500
    channel.set_controls(Controls())
    running.thread.join(90)
    assert same_weights(running.session.model, whole)
    assert not channel.report(Cursor()).is_paused
    assert isinstance(running.events[-1], Finished)


def test_the_time_of_a_pause_is_not_counted() -> None:
    channel, began = RunChannel(), time.monotonic()
    running = Pausing(session_of(images(500), images(20), channel, **SETTINGS))
    until(lambda: channel.is_paused, "the pause")
    threading.Event().wait(1.0)
    channel.set_controls(Controls())
    running.thread.join(90)
    assert isinstance(running.events[-1], Finished)
    assert running.session.metrics.position().seconds < time.monotonic() - began - 0.9


def test_other_images_can_be_looked_at_in_a_pause() -> None:
    channel = RunChannel()
    running = Pausing(session_of(images(500), images(60), channel, **SETTINGS))
    until(lambda: channel.is_paused, "the pause")
    channel.set_controls(Controls(pause=True, shown=VisibleImages("test", (5, 3))))
    until(lambda: channel.shown is not None and channel.shown.of == VisibleImages("test", (5, 3)), "a look")
    channel.set_controls(Controls(stop=True))
    running.thread.join(90)
    assert isinstance(running.events[-1], Finished)
    assert running.events[-1].stopped


def test_images_that_are_asked_for_while_a_pause_begins_are_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    channel, shown = RunChannel(), VisibleImages("test", (5, 3))
    session = session_of(images(500), images(60), channel, **SETTINGS)
    checkpoint = session.checkpoint

    def ask_and_keep() -> Checkpoint:
        channel.set_controls(Controls(pause=True, shown=shown))
        return checkpoint()

    monkeypatch.setattr(session, "checkpoint", ask_and_keep)
    running = Pausing(session)
    until(lambda: channel.shown is not None and channel.shown.of == shown, "a look")
    channel.set_controls(Controls(stop=True))
    running.thread.join(90)
    assert isinstance(running.events[-1], Finished)


def test_a_pause_during_the_measurement_of_an_epoch_measures_it_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    data, test = images(100), images(600)
    _, told = run(data, test, **SETTINGS)
    channel = RunChannel()
    session = session_of(data, test, channel, **SETTINGS, suspend_seconds=0)
    before = []
    for event in train(session):
        before.append(event)
        if isinstance(event, TrainPoint) and event.images == 100:  # the last one before the whole set is measured
            channel.set_controls(Controls(pause=True))
    assert figures(before) == []
    after = list(train(session_of(data, test, **SETTINGS, start=travelled(session))))
    assert figures(before + after) == figures(told)


@pytest.mark.parametrize("looks_at_every_loss", [True, False], ids=["as on a processor", "as on a card"])
def test_a_network_that_diverged_goes_back_to_its_last_finite_weights(looks_at_every_loss: bool) -> None:
    wild = {"optimizer": "sgd", "learning_rate": 10, "momentum": 0.99}
    model = model_of(channels=4)
    with torch.no_grad():
        model[6].bias.fill_(1e20)
    session = session_of(images(400), images(100), model=model, channels=4, batch_size=100, **wild)
    if not looks_at_every_loss:
        good = session.updates.good_weights
        good.sees_every_loss = False
        good.begin()
    kinds = [type(event).__name__ for event in train(session)]
    assert kinds[-3:] == ["Diverged", "TestPoint", "Failed"]
    assert all(bool(parameter.isfinite().all()) for parameter in session.model.parameters())
    assert same_weights(session.model, model), "the step after which the loss was infinite was its first"


@pytest.mark.parametrize("wish", [Controls(stop=True), Controls(pause=True)])
def test_weights_that_are_no_numbers_are_neither_kept_nor_suspended(wish: Controls) -> None:
    """As an update that overflowed leaves them, before the next loss could tell."""
    channel = RunChannel()
    session = session_of(images(205), images(50), channel, **SETTINGS, suspend_seconds=0)
    events = []
    for event in train(session):
        events.append(event)
        if (
            isinstance(event, TrainPoint)
            and event.images > 50
            and not channel.controls.stop
            and not channel.controls.pause
        ):
            with torch.no_grad():
                next(session.model.parameters()).fill_(torch.nan)
            channel.set_controls(wish)
    assert isinstance(events[-1], Failed)
    assert all(bool(parameter.isfinite().all()) for parameter in session.model.parameters())


def test_a_run_that_nobody_asks_for_leaves_its_worker_and_goes_on_elsewhere(uninterrupted) -> None:
    """Its kernel may only sleep."""
    data, test = images(205), images(50)
    whole, _ = uninterrupted(**SETTINGS)
    first = session_of(data, test, RunChannel(forgotten_after_seconds=0), **SETTINGS)
    assert isinstance(list(train(first))[-1], Suspended)
    second = session_of(data, test, **SETTINGS, start=travelled(first))
    assert isinstance(list(train(second))[-1], Finished)
    assert same_weights(second.model, whole)


def test_a_run_that_nobody_asks_for_and_that_is_to_stop_stops() -> None:
    channel = RunChannel(forgotten_after_seconds=0)
    channel.set_controls(Controls(stop=True))
    last = list(train(session_of(images(205), images(50), channel, **SETTINGS)))[-1]
    assert isinstance(last, Finished)
    assert last.stopped


def test_a_worker_that_slept_itself_does_not_take_its_kernel_for_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `docker pause`, or where a laptop was closed."""
    now = [0.0]
    monkeypatch.setattr("nncompare.silence.monotonic", lambda: now[0])
    channel = RunChannel(forgotten_after_seconds=60)
    for asleep in (75.0, 3_600.0):
        now[0] += asleep
        assert not channel.is_forgotten
    channel.report(Cursor())
    forgotten = []
    for _ in range(61):
        now[0] += 1.0
        forgotten.append(channel.is_forgotten)
    assert forgotten == [False] * 59 + [True] * 2


def test_a_checkpoint_from_another_kind_of_device_is_gone_on_from() -> None:
    session = session_of(images(205), images(50), **SETTINGS, suspend_seconds=0)
    events = train(session)
    next(events)
    from_a_card = replace(travelled(session), randomness=np.zeros(16, np.uint8))
    after = list(train(session_of(images(205), images(50), **SETTINGS, start=from_a_card)))
    assert isinstance(after[-1], Finished)


def test_on_another_machine_a_run_has_the_threads_of_that_machine_and_the_batch_of_its_own() -> None:
    first = session_of(images(205), images(50), **SETTINGS, plan=replace(plan_of(16, 2), threads=8))
    next(train(first))
    second = session_of(
        images(205), images(50), **SETTINGS, plan=replace(plan_of(64), threads=2), start=travelled(first)
    )
    assert second.updates.plan == replace(plan_of(16, 2), threads=2)
