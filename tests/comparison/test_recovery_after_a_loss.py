"""After a lost worker or engine: what was lost goes on from what was saved."""

import os
import signal

import pytest
from killable_engine import KillableEngine
from processes import until, until_gone
from recovery import LONG, assert_none_lost, assert_same, reopened, resume
from tiny_pairs import begin, finish, pair, until_both_train, worker_pids

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.engine.client import Engine, LostError
from nncompare.engine.shared import EngineHolder
from nncompare.store import Store


def test_a_worker_lost_before_anything_was_saved_leaves_a_comparison_that_begins_anew(
    engines: EngineHolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(*_: object) -> None:
        raise LostError("The worker process ended unexpectedly. Try again.")

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_slot", lose)
        running = ComparisonRun(pair(repeat=2), engines, store=store)
        running.start()
        assert running.wait(90)
    assert {run.message for run in running.runs} == {"The worker process ended unexpectedly. Try again."}
    assert store.summaries()[0].is_interrupted
    again = reopened(store, engines)
    assert (again.state, again.a.message[:24]) == (State.PAUSED, "This run was interrupted")
    result = resume(again)
    for seed in (0, 1):
        assert_same(result.by_seed[seed], finish(pair(seed=seed), engines))


def test_after_a_killed_worker_the_lost_model_goes_on(
    killable: KillableEngine, store: Store, uninterrupted: ComparisonResult
) -> None:
    workers = worker_pids(killable.pid)
    running = ComparisonRun(LONG, killable.holder, store=store)
    running.start()
    until(lambda: min(run.history.epochs for run in running.runs) >= 1, "an epoch of both")
    os.kill(workers[0], signal.SIGKILL)
    assert running.wait(90)
    assert sorted(run.state for run in running.runs) == [State.FAILED, State.FINISHED]
    assert store.summaries()[0].is_interrupted
    again = reopened(store, killable.holder)
    assert again.state is State.PAUSED
    assert_same(resume(again), uninterrupted)


def test_a_killed_engine_is_told_to_those_who_train_and_wait_and_both_models_go_on_from_another(
    killable: KillableEngine, store: Store, uninterrupted: ComparisonResult
) -> None:
    engine, folder = killable.pid, killable.folder
    workers = worker_pids(engine)
    running = ComparisonRun(LONG, killable.holder, store=store)
    running.start()
    until_both_train(running)
    waiting = begin(pair(), killable.holder)
    until(lambda: waiting.position is not None, "a place in the queue")
    until(lambda: min(run.history.epochs for run in running.runs) >= 1, "an epoch of both")
    told = [run.history.epochs for run in running.runs]
    os.kill(engine, signal.SIGKILL)
    assert running.wait(20), "nobody tells that the engine is gone"
    assert waiting.wait(20), "nobody tells that the engine is gone"
    for run in running.runs:
        assert run.state is State.FAILED
        assert run.message.startswith("The connection to the workers was lost. The curves up to here are kept, and it")
        assert run.history.train.loss != []
    assert waiting.state is State.FAILED
    assert waiting.a.message == "The engine that trains the models has ended. Train again to start a new one."
    until_gone([engine, *workers])
    again = reopened(store, killable.holder)
    assert_none_lost([run.history.epochs for run in again.runs], told)
    assert_same(resume(again), uninterrupted)
    assert killable.pid != engine
    assert not folder.exists()
