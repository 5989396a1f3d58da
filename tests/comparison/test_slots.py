"""Who computes with how many threads when one of two models has ended, or is trained alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fake_engine import SLOTS, FakeEngine, FakeWorker
from model_runs import model_run
from processes import until
from tiny_pairs import begin, finish, pair

from nncompare.comparison import drive as drive_module
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.slots import SlotAllocation
from nncompare.comparison.state import State
from nncompare.config import RunConfig
from nncompare.engine.shared import EngineHolder, predict_on_worker
from nncompare.memory import Plan
from nncompare.messages import PredictionRequest, Setup


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive_module, "EXCHANGE_SECONDS", 0.001)


def started(sharing: str, **settings: Any) -> tuple[FakeEngine, ComparisonRun]:
    engine = FakeEngine()
    running = ComparisonRun(pair(threads=sharing, **settings), engine)  # type: ignore[arg-type]
    running.start()
    models = len(running.runs)
    until(lambda: len(engine.active()) == models, "training", 10)
    return engine, running


def worker(engine: FakeEngine, channels: int) -> FakeWorker:
    return next(one for one in engine.active() if one.assignment.setup.config.channels == channels)


def ended(running: ComparisonRun, engine: FakeEngine) -> None:
    for one in engine.active():
        one.end("finished")
    assert running.wait(10)
    assert engine.all_free
    assert engine.mistakes == []


def test_by_default_nothing_is_handed_over() -> None:
    engine, running = started("fixed")
    worker(engine, 1).end("finished")
    until(lambda: running.a.state is State.FINISHED, "the end of A", 10)
    until(lambda: len(engine._free) == 1, "a free slot", 10)
    assert worker(engine, 2).controls.threads == 0
    ended(running, engine)


def test_the_survivor_gets_the_threads_and_nobody_else_the_seat() -> None:
    engine, running = started("survivor")
    worker(engine, 1).end("finished")
    until(lambda: worker(engine, 2).controls.threads == 2, "two threads", 10)
    assert engine._free == [], "else somebody would compute beside the survivor"
    assert running.b is not None
    assert (running.b.threads, running.b.threads_now) == (1, 2)
    ended(running, engine)


def test_one_that_trains_on_gets_its_seat_back() -> None:
    engine, running = started("survivor")
    worker(engine, 1).end("finished")
    until(lambda: worker(engine, 2).controls.threads == 2, "two threads", 10)
    running.train_on(1, "A")
    until(lambda: len(engine.active()) == 2, "both", 10)
    until(lambda: worker(engine, 2).controls.threads == 1, "one thread again", 10)
    assert worker(engine, 1).assignment.setup.threads == 1
    ended(running, engine)


def test_a_suspended_run_leaves_its_seat_to_others() -> None:
    engine, running = started("survivor")
    running.pause("A")
    until(lambda: running.a.state is State.PAUSED, "a pause", 10)
    worker(engine, 1).end("suspended")
    until(lambda: engine._free != [], "a free slot", 10)
    assert worker(engine, 2).controls.threads in (0, 1)
    running.resume("A")
    until(lambda: len(engine.active()) == 2, "both", 10)
    ended(running, engine)


def test_a_alone_begins_with_all_threads() -> None:
    engine, running = _alone()
    assert worker(engine, 1).assignment.setup.threads == 2
    assert engine._free == []
    ended(running, engine)


def _alone() -> tuple[FakeEngine, ComparisonRun]:
    engine = FakeEngine()
    comparison = pair(threads="survivor").model_copy(update={"b": None})
    running = ComparisonRun(comparison, engine)  # type: ignore[arg-type]
    running.start()
    until(lambda: len(engine.active()) == 1, "training", 10)
    return engine, running


def test_where_no_other_seat_is_free_a_alone_has_its_own() -> None:
    engine = FakeEngine()
    engine.take(1)
    running = ComparisonRun(pair(threads="survivor").model_copy(update={"b": None}), engine)  # type: ignore[arg-type]
    running.start()
    until(lambda: len(engine.active()) == 1, "training", 10)
    assert worker(engine, 1).assignment.setup.threads == 1
    worker(engine, 1).end("finished")
    assert running.wait(10)
    assert len(engine._free) == len(SLOTS) - 1


def test_on_real_workers_the_survivor_finishes(engines: EngineHolder) -> None:
    result = finish(pair(a={"epochs": 1}, b={"epochs": 2}, threads="survivor"), engines)
    assert result.state is State.FINISHED
    alone = begin(pair(threads="survivor").model_copy(update={"b": None}), engines)
    assert alone.wait(60)
    first = alone.result().a
    assert first.threads >= 1
    again = finish(pair(threads="survivor").model_copy(update={"b": None}), engines).a
    assert first.history.train.loss == again.history.train.loss, "with as many threads from its start"


def test_a_run_that_had_more_threads_elsewhere_has_no_more_than_there_are_here() -> None:
    slot = FakeEngine().take(1)[0]
    run = model_run(setup=Setup(RunConfig(), threads=4))
    assert SlotAllocation("fixed").threads_of(run, slot) == slot.threads == 1
    assert SlotAllocation("fixed").threads_of(run, replace(slot, threads=8)) == 4, "as before, for the same result"


def test_trained_on_beside_another_model_a_has_its_own_threads_only() -> None:
    engine, running = started("survivor")
    worker(engine, 2).end("finished")
    until(lambda: worker(engine, 1).controls.threads == 2, "two threads", 10)
    ended(running, engine)
    running.train_on(1, "A")
    until(lambda: len(engine.active()) == 1, "A alone", 10)
    assert worker(engine, 1).assignment.setup.threads == 2
    ended(running, engine)
    running.train_on(1)
    until(lambda: len(engine.active()) == 2, "both", 10)
    assert [worker(engine, channels).assignment.setup.threads for channels in (1, 2)] == [1, 1]
    ended(running, engine)


def test_a_prediction_takes_the_threads_of_its_one_slot() -> None:
    class Predicting(FakeEngine):
        async def run(self, function: object, request: Any, *, address: str, key: str | None = None) -> np.ndarray:
            asked.append((request.setup.threads, request.setup.device))
            return np.zeros((1, 10), np.float32)

    asked: list[tuple[int, str]] = []
    plan = Plan(4, 1, 4, channels=1, training_bytes=0, memory_limit=0, why={})
    engine = Predicting()
    request = PredictionRequest(Setup(RunConfig(), plan, "cuda:3", 2, "float32"), {}, "mnist", "test", (0,))
    predict_on_worker(engine, "auto", request)  # type: ignore[arg-type]
    assert asked == [(1, "cpu")], "on the device that is here, too"
    assert engine.all_free
