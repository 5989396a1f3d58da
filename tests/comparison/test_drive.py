"""The end of a run whose worker is lost, or does not stop: what was saved is not lost."""

import asyncio
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fake_engine import FakeEngine, _checkpoint
from model_runs import model_run
from processes import until
from tiny_pairs import pair

from nncompare.comparison import drive as drive_module
from nncompare.comparison import model_run as run_module
from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import RunConfig
from nncompare.engine.client import LostError
from nncompare.events import EpochEnd
from nncompare.history import History
from nncompare.memory import Plan
from nncompare.messages import Progress, Report, Setup, Snapshot

PLAN = Plan(4, 1, 4, channels=1)
LOST = "The worker process of model A ended unexpectedly"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_module, "EXCHANGE_SECONDS", 0.001)


def started(engine: FakeEngine) -> ComparisonRun:
    running = ComparisonRun(pair().model_copy(update={"b": None}), engine)  # type: ignore[arg-type]
    running.start()
    until(lambda: len(engine.active()) == 1, "training", 10)
    return running


def history_of(epochs: int) -> History:
    history = History()
    for epoch in range(1, epochs + 1):
        history.add(EpochEnd(epoch, 2.0 * epoch, 0.5, 0.8, 0.8, 0.4, 0.9))
    return history


def test_a_worker_that_is_lost_before_its_last_events_were_heard_is_lost() -> None:
    class Mute(FakeEngine):
        async def ask(self, *arguments: Any, **keywords: Any) -> Any:
            if self.started[0].future.done():
                raise OSError("It is gone.")
            return await super().ask(*arguments, **keywords)

    engine = Mute()
    running = started(engine)
    engine.active()[0].end("finished")
    assert running.wait(10)
    assert running.a.state is State.FAILED
    assert running.a.is_lost
    assert running.a.message.startswith(LOST)


@pytest.mark.parametrize("error", [TimeoutError, CancelledError, OSError, LostError])
def test_a_worker_that_is_lost_before_its_answer_was_fetched_is_lost(error: type[Exception]) -> None:
    engine = FakeEngine()
    running = started(engine)
    engine.active()[0].future.set_exception(error())
    assert running.wait(10)
    assert running.a.state is State.FAILED
    assert running.a.is_lost
    assert engine.all_free


def test_a_run_that_does_not_stop_is_ended_with_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(FakeEngine):
        async def ask(self, function: object, run: str, cursor: Any, controls: Any, *, address: str) -> Any:
            return await super().ask(function, run, cursor, controls.__class__(), address=address)

    monkeypatch.setattr(run_module, "STOP_GRACE_SECONDS", 0.05)
    engine = Deaf()
    running = started(engine)
    running.stop()
    assert running.wait(10)
    assert running.a.state is State.STOPPED
    assert running.a.message.startswith("Model A did not stop within")
    assert engine.all_free


def stopping(epochs: int) -> ModelRun:
    """Return a run that is about to be ended with its process, after so many epochs and a half."""
    setup, progress = Setup(RunConfig(epochs=9), PLAN), Progress(0, 9_000, epochs + 0.5, 7.0, 10.0)
    return model_run(State.STOPPING, setup=setup, history=history_of(epochs), progress=progress)


def test_after_a_hung_stop_a_run_is_where_it_was_saved_last() -> None:
    run = stopping(2)
    checkpoint = replace(_checkpoint(PLAN), weights={"w": np.ones(3, np.float32)})
    snapshot = Snapshot(0, checkpoint, Progress(2_000, 9_000, 2.0, 4.0, 10.0), None)
    asyncio.run(run.take(Report((), snapshot=snapshot)))
    third = EpochEnd(3, 6.0, 0.5, 0.8, 0.8, 0.4, 0.9)
    asyncio.run(run.take(Report((third,), progress=Progress(3_500, 9_000, 3.5, 7.0, 10.0))))
    assert (run.view.history.epochs, run.view.epoch) == (3, 3.5)
    asyncio.run(run.end_hung())
    assert (run.state, run.view.history.epochs, run.view.epoch) == (State.STOPPED, 2, 2.0)
    assert run.view.weights is checkpoint.weights
    assert run.view.checkpoint is checkpoint
    assert run.view.message.endswith("It is back at epoch 2, where it was saved last.")
    run.start(5)
    assert (run.state, run.view.config.epochs, run.view.history.epochs) == (State.PREPARING, 5, 2), "from there"


def test_after_a_hung_stop_without_anything_saved_the_curves_stay() -> None:
    run = stopping(1)
    asyncio.run(run.end_hung())
    assert (run.state, run.view.history.epochs) == (State.STOPPED, 1)
    assert run.view.message.endswith("The curves up to here are kept.")
