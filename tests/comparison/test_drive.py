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
from nncompare.engine.client import DisconnectedError, LostError, SilentError
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
    until(lambda: len(engine.active()) == 1, "training")
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
    assert running.wait(90)
    assert running.a.state is State.FAILED
    assert running.a.is_lost
    assert running.a.message.startswith(LOST)


@pytest.mark.parametrize("error", [TimeoutError, CancelledError, OSError, LostError])
def test_a_worker_that_is_lost_before_its_answer_was_fetched_is_lost(error: type[Exception]) -> None:
    engine = FakeEngine()
    running = started(engine)
    engine.active()[0].future.set_exception(error())
    assert running.wait(90)
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
    assert running.wait(90)
    assert running.a.state is State.STOPPED
    assert running.a.message.startswith("Model A did not stop within")
    assert engine.all_free


@pytest.mark.parametrize(("memory_left", "kills", "nanny"), [(0.01, 0, False), (1.0, 1, False), (1.0, 0, True)])
def test_that_memory_may_have_run_out_is_said_only_where_there_is_a_sign_of_it(
    memory_left: float, kills: int, nanny: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Short(FakeEngine):
        async def ask(self, *arguments: Any, **keywords: Any) -> Report:
            return replace(await super().ask(*arguments, **keywords), memory_left=memory_left)

        async def was_ended_for_memory(self, address: str) -> bool:
            return nanny

    ended = [0]
    monkeypatch.setattr(drive_module, "oom_kills", lambda: ended[0])
    engine = Short()
    running = started(engine)
    until(lambda: running.a.progress is not None, "a word of its worker")
    ended[0] = kills
    engine.active()[0].future.set_exception(LostError())
    assert running.wait(90)
    assert running.a.message == (
        f"{LOST}; it may have run out of memory. The curves up to here are kept. "
        "Set a smaller memory budget, choose fewer channels, or end other programs; then train again."
    )


def test_without_a_sign_nothing_is_said_of_memory() -> None:
    engine = FakeEngine()
    running = started(engine)
    engine.active()[0].future.set_exception(LostError())
    assert running.wait(90)
    assert running.a.message == f"{LOST}. The curves up to here are kept. Train again."


@pytest.mark.parametrize(
    ("error", "who"),
    [
        (SilentError("the worker", 60, is_worker=True), "the worker of model A"),
        (SilentError("the Dask scheduler at tcp://a:1", 60), "the Dask scheduler at tcp://a:1"),
    ],
)
def test_what_is_not_heard_any_more_is_named_and_a_silent_worker_is_restarted(error: SilentError, who: str) -> None:
    class Restarting(FakeEngine):
        restarted: tuple[str, ...] = ()

        async def restart(self, address: str) -> bool:
            self.restarted += (address,)
            return True

    engine = Restarting()
    running = started(engine)
    (worker,) = engine.active()
    worker.future.set_exception(error)
    assert running.wait(90)
    assert (running.a.state, running.a.is_lost) == (State.FAILED, True)
    assert running.a.message == f"Nothing was heard from {who} for 1 min. The curves up to here are kept. Train again."
    assert engine.restarted == ((worker.address,) if error.is_worker else ())


def test_a_connection_that_is_there_again_is_no_end_of_a_worker() -> None:
    engine = FakeEngine()
    running = started(engine)
    engine.active()[0].future.set_exception(DisconnectedError())
    assert running.wait(90)
    assert running.a.message == "The connection to the workers was lost. The curves up to here are kept. Train again."


def test_a_worker_that_lets_a_run_go_goes_on_with_it_later() -> None:
    """Where this process has slept for so long that the worker no longer waited for it."""
    engine = FakeEngine()
    running = started(engine)
    engine.active()[0].end("suspended")
    until(lambda: len(engine.started) == 2, "a second worker")
    assert engine.started[1].assignment.start is not None
    engine.active()[0].end("finished")
    assert running.wait(90)
    assert (running.a.state, running.a.message) == (State.FINISHED, "")


def test_a_worker_that_stops_a_run_by_itself_is_no_mistake() -> None:
    """As those of an older version on a cluster do, after a minute."""
    engine = FakeEngine()
    running = started(engine)
    until(lambda: running.a.state is State.RUNNING, "training")
    engine.active()[0].end("stopped")
    assert running.wait(90)
    assert (running.a.state, running.a.message) == (State.STOPPED, "")


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
