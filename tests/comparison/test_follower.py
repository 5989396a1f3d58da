"""The end of a run whose worker is lost, or does not stop: what was saved is not lost."""

from concurrent.futures import CancelledError
from typing import Any

import numpy as np
import pytest
from fake_engine import FakeEngine, _checkpoint
from processes import until
from tiny_pairs import pair

from nncompare.comparison import follower as follower_module
from nncompare.comparison import run as run_module
from nncompare.comparison.comparison import RunningComparison
from nncompare.comparison.run import ModelRun
from nncompare.comparison.state import State
from nncompare.config import RunConfig
from nncompare.history import History
from nncompare.memory import Plan
from nncompare.messages import EpochEnd, Progress
from nncompare.store import RunRecord

PLAN = Plan(4, 1, 4, channels=1, training_bytes=0, memory_limit=0, why={})
LOST = "The worker process of model A ended unexpectedly"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower_module, "EXCHANGE_SECONDS", 0.001)


def started(engine: FakeEngine) -> RunningComparison:
    running = RunningComparison(pair().model_copy(update={"b": None}), engine)  # type: ignore[arg-type]
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
        def ask(self, *arguments: Any, **keywords: Any) -> Any:
            if self.started[0].future.done():
                raise OSError("It is gone.")
            return super().ask(*arguments, **keywords)

    engine = Mute()
    running = started(engine)
    engine.active()[0].end("finished")
    assert running.wait(10)
    assert running.a.state is State.FAILED
    assert running.a.is_lost
    assert running.a.message.startswith(LOST)


@pytest.mark.parametrize("error", [TimeoutError, CancelledError, OSError])
def test_a_worker_that_is_lost_before_its_answer_was_fetched_is_lost(error: type[BaseException]) -> None:
    engine = FakeEngine()
    running = started(engine)
    worker = engine.active()[0]

    def result(timeout: float | None = None) -> Any:
        assert timeout is not None, "else it waits for ever"
        raise error

    worker.future.result = result  # type: ignore[method-assign]
    worker.end("finished")
    assert running.wait(10)
    assert running.a.state is State.FAILED
    assert running.a.is_lost
    assert engine.all_free


def test_a_run_that_does_not_stop_is_ended_with_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(FakeEngine):
        def ask(self, _: object, __: str, seen: object, controls: Any, *, address: str) -> Any:
            return super().ask(_, __, seen, controls.__class__(), address=address)  # type: ignore[arg-type]

    monkeypatch.setattr(run_module, "STOP_GRACE_SECONDS", 0.05)
    engine = Deaf()
    running = started(engine)
    running.stop()
    assert running.wait(10)
    assert running.a.state is State.STOPPED
    assert running.a.message.startswith("Model A did not stop within")
    assert engine.all_free


def test_after_a_hung_stop_a_run_is_where_it_was_saved_last() -> None:
    weights = {"w": np.ones(3, np.float32)}
    kept = RunRecord(
        RunConfig(epochs=9),
        "running",
        plan=PLAN,
        progress=Progress(2_000, 9_000, 2.0, 4.0, 10.0),
        history=history_of(2),
        weights=weights,
        checkpoint=_checkpoint(PLAN),
    )
    run = ModelRun("A", RunConfig(epochs=9), state=State.STOPPING, plan=PLAN, kept=kept)
    run.history, run.progress = history_of(3), Progress(3_500, 9_000, 3.5, 7.0, 10.0)
    run.end_hung()
    assert (run.state, run.history.epochs, run.epoch) == (State.STOPPED, 2, 2.0)
    assert run.weights is weights
    assert run.checkpoint is kept.checkpoint
    assert run.message.endswith("It is back at epoch 2, where it was saved last.")
    run.train_to(5)
    assert (run.state, run.config.epochs, run.history.epochs) == (State.PREPARING, 5, 2), "it goes on from there"


def test_after_a_hung_stop_without_anything_saved_the_curves_stay() -> None:
    run = ModelRun("A", RunConfig(epochs=9), state=State.STOPPING, plan=PLAN)
    run.history = history_of(1)
    run.end_hung()
    assert (run.state, run.history.epochs) == (State.STOPPED, 1)
    assert run.message.endswith("The curves up to here are kept.")
