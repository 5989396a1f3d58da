import numpy as np
import pytest
from processes import until
from tiny_pairs import begin, finish, pair, until_both_train

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.data import load
from nncompare.engine import loop
from nncompare.engine.shared import EngineHolder

LONG = {"epochs": 100}


def test_a_stop_while_running_keeps_what_was_learned(engines: EngineHolder) -> None:
    running = begin(pair(a=LONG, b=LONG), engines)
    until_both_train(running)
    running.stop()
    assert running.state in (State.STOPPING, State.STOPPED)
    assert running.wait(90)
    result = running.result()
    assert result.state is State.STOPPED
    labels = load("synthetic-digits").labels("test")
    for model in (result.a, result.b):
        assert model is not None
        assert model.state is State.STOPPED
        assert model.history.epochs < 100
        assert model.history.train.images[-1] > 0
        assert model.seconds > 0
        accuracy = np.mean(model.probabilities("test").argmax(axis=1) == labels)
        assert accuracy == pytest.approx(model.history.test.accuracy[-1], abs=1e-6)
    result.raise_for_failure()


def test_a_stop_while_waiting_for_a_free_worker_ends_at_once(engines: EngineHolder) -> None:
    slots = loop.wait(engines.get().claim(2, "cpu"))
    try:
        running = begin(pair(), engines)
        assert not running.wait(0.5)
        assert running.state is State.PREPARING
        running.stop()
        assert running.wait(90)
    finally:
        loop.wait(engines.get().release([slot.address for slot in slots]))
    result = running.result()
    assert result.state is State.STOPPED
    assert result.a.history.train.loss == []
    assert result.a.plan is None
    assert finish(pair(), engines).state is State.FINISHED


def test_a_stop_before_the_start_trains_nothing(engines: EngineHolder) -> None:
    running = ComparisonRun(pair(), engines)
    running.stop()
    running.start()
    assert running.wait(90)
    assert running.result().state is State.STOPPED
    assert running.a.history.train.loss == []


def test_a_comparison_waits_for_workers_that_are_busy(engines: EngineHolder) -> None:
    first = begin(pair(a=LONG, b=LONG), engines)
    until_both_train(first)
    second = begin(pair(), engines)
    assert not second.wait(0.5)
    assert second.state is State.PREPARING
    first.stop()
    assert second.wait(90)
    assert second.state is State.FINISHED
    assert first.wait(90)


def test_predictions_wait_for_a_free_worker(engines: EngineHolder) -> None:
    """While both workers train, asking for predictions neither disturbs them nor fails."""
    result = finish(pair(), engines)
    other = begin(pair(a={"epochs": 3}, b={"epochs": 3}), engines)
    until_both_train(other)
    assert result.a.probabilities("train").shape == (1_000, 10)
    assert other.wait(90)
    assert other.state is State.FINISHED


def test_stopping_what_is_over_changes_nothing(engines: EngineHolder) -> None:
    running = begin(pair(), engines)
    assert running.wait(90)
    version = running.version
    running.stop()
    until(lambda: running.state is State.FINISHED, "nothing at all")
    assert running.version == version
