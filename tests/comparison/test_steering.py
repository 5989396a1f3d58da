"""Pause, resume, stop and train on, of one model or both, on real worker processes."""

import math
from functools import partial
from typing import Any

import numpy as np
import pytest
from processes import until
from small_images import TEST_IMAGES
from tiny_pairs import begin, finish, pair, until_both_train

from nncompare.comparison import seed_run as seed_run_module
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison
from nncompare.engine.shared import EngineHolder
from nncompare.messages import Progress, VisibleImages, Weights

EPOCHS = 8
SHORT: dict[str, dict[str, Any]] = {
    "a": {"channels": 3, "epochs": EPOCHS, "dropout": 0.5, "learning_rate": 0.01},
    "b": {"channels": 4, "epochs": EPOCHS, "optimizer": "sgd", "learning_rate": 0.05},
}


@pytest.fixture(scope="module")
def uninterrupted(engines: EngineHolder) -> dict[str, Weights]:
    result = finish(eight_epochs(), engines)
    assert result.b is not None
    return {"A": weights_of(result.a), "B": weights_of(result.b)}


def eight_epochs() -> Comparison:
    """Return a pair that learns for long enough to be paused or stopped on the way."""
    return pair(**SHORT, train_images=3_000)


def weights_of(model: object) -> Weights:
    weights: Weights | None = model.weights  # type: ignore[attr-defined]
    assert weights is not None
    return weights


def same(one: Weights, other: Weights) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def run_of(running: ComparisonRun, name: str) -> RunView:
    return next(run for run in running.runs if run.name == name)


def until_state(running: ComparisonRun, name: str, *states: State) -> None:
    until(lambda: run_of(running, name).state in states, f"{name} is {states}")


def test_a_pause_holds_both_and_the_resumed_runs_are_the_uninterrupted_ones(
    engines: EngineHolder, uninterrupted: dict[str, Weights]
) -> None:
    running = begin(eight_epochs(), engines)
    until_both_train(running)
    running.pause()
    for name in ("A", "B"):
        until_state(running, name, State.PAUSED, State.FINISHED)
    assert running.state is State.PAUSED
    still = [(run.progress, len(run.history.train.loss)) for run in running.runs]
    assert not running.wait(0.8)
    assert [(run.progress, len(run.history.train.loss)) for run in running.runs] == still
    running.resume()
    assert running.wait(90)
    for run in running.runs:
        assert run.state is State.FINISHED
        assert same(weights_of(run), uninterrupted[run.name])


def test_one_model_can_be_paused_while_the_other_goes_on(
    engines: EngineHolder, uninterrupted: dict[str, Weights]
) -> None:
    running = begin(eight_epochs(), engines)
    until_both_train(running)
    running.pause("B")
    assert running.b is not None
    until_state(running, "B", State.PAUSED)
    until_state(running, "A", State.FINISHED)
    assert running.b.state is State.PAUSED
    running.resume("B")
    assert running.wait(90)
    assert same(weights_of(running.b), uninterrupted["B"])


def test_a_long_pause_frees_its_worker_and_goes_on_elsewhere(
    engines: EngineHolder, uninterrupted: dict[str, Weights]
) -> None:
    running = ComparisonRun(eight_epochs(), engines, suspend_seconds=0.2)
    running.start()
    until_both_train(running)
    running.pause("A")
    until(lambda: running.a.is_suspended, "A has left its worker")
    assert running.a.state is State.PAUSED
    assert running.b is not None
    until_state(running, "B", State.FINISHED)
    other = finish(pair(), engines)  # both workers are free
    assert other.state is State.FINISHED
    running.resume()
    assert running.wait(90)
    assert running.a.state is State.FINISHED
    assert same(weights_of(running.a), uninterrupted["A"])


def test_a_suspended_run_can_be_stopped_and_looked_at(engines: EngineHolder) -> None:
    running = ComparisonRun(eight_epochs(), engines, suspend_seconds=0)
    running.start()
    until_both_train(running)
    running.pause()
    until(lambda: all(run.is_suspended or run.state.is_over for run in running.runs), "both have left their workers")
    running.stop()
    assert running.wait(90)
    result = running.result()
    assert result.a.state is State.STOPPED
    assert result.a.probabilities("test").shape == (TEST_IMAGES, 10)


def test_epochs_added_after_the_end_give_the_weights_of_the_longer_run(
    engines: EngineHolder, uninterrupted: dict[str, Weights]
) -> None:
    short: dict[str, Any] = {name: {**settings, "epochs": 1} for name, settings in SHORT.items()}
    running = begin(pair(**short, train_images=3_000), engines)
    assert running.wait(90)
    first = running.result()
    running.train_on(EPOCHS - 1)
    assert running.state.is_active
    assert running.wait(90)
    result = running.result()
    assert result is not first
    for model in (result.a, result.b):
        assert model is not None
        assert same(weights_of(model), uninterrupted[model.name])
        assert (model.config.epochs, model.history.epochs) == (EPOCHS, EPOCHS)
        assert model.seconds > 0
    assert first.a.history.epochs == 1, "what was given before stays as it was"


def test_epochs_added_to_a_cycle_of_the_learning_rate_begin_a_new_one(engines: EngineHolder) -> None:
    running = begin(pair(a={"schedule": "one-cycle", "epochs": 2}), engines)
    assert running.wait(90)
    assert running.a.cycle_start == 0
    running.train_on(1)
    assert running.wait(90)
    assert running.b is not None
    assert (running.a.cycle_start, running.b.cycle_start) == (2.0, 0.0)
    assert running.a.checkpoint is not None
    assert running.a.checkpoint.cycle_start == 2_000, "in images"


def test_one_model_can_train_on_alone(engines: EngineHolder) -> None:
    running = begin(pair(), engines)
    assert running.wait(90)
    running.train_on(1, "B")
    assert running.wait(90)
    result = running.result()
    assert result.b is not None
    assert (result.a.history.epochs, result.b.history.epochs) == (1, 2)


def test_a_stopped_run_trains_on_from_where_it_was(engines: EngineHolder, uninterrupted: dict[str, Weights]) -> None:
    running = begin(eight_epochs(), engines)
    until_both_train(running)
    running.stop()
    assert running.wait(90)
    done = [math.ceil(run.epoch) for run in running.runs]
    for run, epochs in zip(running.runs, done, strict=True):
        running.train_on(EPOCHS - epochs, run.name)
    assert running.wait(90)
    for run in running.runs:
        assert run.history.epochs == EPOCHS
        assert same(weights_of(run), uninterrupted[run.name])


def test_other_images_are_predicted_in_a_pause(engines: EngineHolder) -> None:
    running = begin(pair(a={"epochs": 50}, b={"epochs": 50}), engines)
    until_both_train(running)
    running.pause()
    until(lambda: running.state is State.PAUSED, "the pause")
    shown = VisibleImages("train", (1, 2, 3))
    running.show(shown)
    until(lambda: all(run.shown is not None and run.shown.of == shown for run in running.runs), "predictions")
    running.stop()
    assert running.wait(90)


def test_what_cannot_be_done_now_changes_nothing(engines: EngineHolder) -> None:
    running = begin(pair(), engines)
    assert running.wait(90)
    states = [run.state for run in running.runs]
    running.pause()
    running.resume()
    running.stop()
    assert [run.state for run in running.runs] == states
    assert running.wait(0)


def test_a_pause_does_not_wait_for_the_end_of_an_epoch(engines: EngineHolder) -> None:
    running = begin(pair(a={"channels": 16, "epochs": 100}, b={"epochs": 100}, train_images=3_000), engines)
    until_both_train(running)

    def has_moved(before: Progress | None) -> bool:
        return running.a.progress != before

    places = [0]
    while not any(places) and len(places) < 20:  # some come at the end of an epoch by chance
        running.pause("A")
        until(lambda: running.a.state is State.PAUSED, "the pause")
        before = running.a.progress
        assert before is not None
        places.append(before.images % 3_000)
        running.resume("A")
        until(partial(has_moved, before), "it goes on")
    running.stop()
    assert running.wait(90)
    assert any(places)


def test_a_mistake_is_told_and_the_next_comparison_works(
    engines: EngineHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("batch")

    monkeypatch.setattr(seed_run_module, "fit", broken)
    result = finish(pair(), engines)
    assert result.a.message == "Training of model A could not go on (KeyError: 'batch'). Train again."
    assert result.state is State.FAILED
    monkeypatch.undo()
    assert finish(pair(), engines).state is State.FINISHED
