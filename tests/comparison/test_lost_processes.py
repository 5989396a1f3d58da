import asyncio
import errno
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest
from killable_engine import KillableEngine, folder_of
from processes import descendants, until, until_gone
from small_images import TEST_IMAGES
from tiny_pairs import begin, engine_pids, finish, pair, until_both_train, worker_pids

from nncompare.comparison import model_run as model_run_module
from nncompare.comparison.state import State
from nncompare.engine import loop
from nncompare.engine import queue_client as queue_client_module
from nncompare.engine.client import Engine, EngineError
from nncompare.engine.shared import EngineHolder

LONG_ENOUGH = {"channels": 32, "epochs": 100}
# Before anything was asked of a worker: what it trains with is loaded, and no GPU was touched before it was forked.
HAS_LOADED = "'nncompare.training.worker' in __import__('sys').modules, __import__('torch').cuda.is_initialized()"
# Else it would wait for what trains in it when Dask closes it.
ENDS_AT_ONCE = (
    "any(hasattr(one.module, 'dask_teardown')"
    " for worker in __import__('distributed').Worker._instances for one in worker.preloads)"
)


def test_a_killed_worker_is_told_the_other_model_finishes_and_the_next_comparison_works(
    killable: KillableEngine,
) -> None:
    workers = worker_pids(killable.pid)
    assert len(workers) == 2
    running = begin(pair(a={"epochs": 5}, b={"epochs": 5, "channels": 1}, train_images=3_000), killable.holder)
    until_both_train(running)
    os.kill(workers[0], signal.SIGKILL)
    began = time.monotonic()
    until(lambda: any(run.state is State.FAILED for run in running.runs), "word that a worker is gone")
    assert time.monotonic() - began < 30, "a call of Dask's own takes a minute"
    assert running.wait(90)
    result = running.result()
    assert result.b is not None
    lost, other = sorted((result.a, result.b), key=lambda model: model.state is not State.FAILED)
    assert (lost.state, other.state) == (State.FAILED, State.FINISHED)
    assert lost.message.startswith(f"The worker process of model {lost.name} ended unexpectedly. The curves")
    assert "memory" not in lost.message, "there is no sign of that"
    assert lost.history.train.loss != []
    assert lost.seconds > 0
    assert other.history.epochs == 5
    assert other.probabilities("test").shape == (TEST_IMAGES, 10)
    assert finish(pair(), killable.holder).state is State.FINISHED


@pytest.mark.skipif(sys.platform != "linux", reason="there, workers are not forked")
def test_a_killed_process_that_workers_are_forked_from_is_told_and_replaced(killable: KillableEngine) -> None:
    running = begin(pair(a={"epochs": 50}, b={"epochs": 50}), killable.holder)
    until_both_train(running)
    workers = worker_pids(killable.pid)
    parent = psutil.Process(workers[0]).ppid()
    assert parent != killable.pid
    os.kill(parent, signal.SIGKILL)
    assert running.wait(20), "nobody tells that the workers are gone"
    for run in running.runs:
        assert run.state is State.FAILED
        assert run.message.startswith(f"The worker process of model {run.name} ended unexpectedly")
    until_gone([parent, *workers])
    assert finish(pair(), killable.holder).state is State.FINISHED


def test_an_engine_that_cannot_start_is_told_and_the_next_one_works_until_its_holder_ends(
    synthetic_digits: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(**_: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no such thing' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    holder = EngineHolder()
    before, result = engine_pids(), finish(pair(), holder)
    assert result.state is State.FAILED
    assert result.a.message == "The engine did not answer (it ended at once: no such thing). Try again."
    monkeypatch.undo()
    with monkeypatch.context() as patch:
        (tmp_path / "dask.py").write_text("raise ImportError('dask is not what it was')\n")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]))
        assert finish(pair(), holder).a.message == (
            "The engine did not answer (it ended at once: ImportError: dask is not what it was). Try again."
        ), "though it has removed its log"
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkdtemp", full)
        assert finish(pair(), holder).a.message == (
            "The workers could not be started: No space left on device. Mend that, then train again."
        )
    try:
        for address in loop.wait(holder.get().idle()):
            if sys.platform == "linux":
                assert loop.wait(holder.get().ask(eval, HAS_LOADED, address=address, seconds=60)) == (True, False)
            assert loop.wait(holder.get().ask(eval, ENDS_AT_ONCE, address=address, seconds=60))
        assert finish(pair(), holder).state is State.FINISHED
        (engine,) = engine_pids() - before
        pids, folder = [engine, *descendants(engine)], folder_of(engine)
        assert len(pids) >= 3
        running = begin(pair(a=LONG_ENOUGH, b=LONG_ENOUGH, train_images=3_000), holder)
        until_both_train(running)
    finally:
        holder.close()
    assert running.wait(90)
    assert {run.state for run in running.runs} == {State.FAILED}, "it waits for those who train"
    until_gone(pids)
    assert not folder.exists()
    with pytest.raises(EngineError, match="The engine was closed"):
        holder.get()


def test_a_run_that_hangs_is_ended_with_its_worker_and_the_other_model_finishes(
    killable: KillableEngine, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_run_module, "STOP_GRACE_SECONDS", 0.2)
    running = begin(pair(a={"epochs": 50}, b={"epochs": 8}), killable.holder)
    until_both_train(running)
    until(lambda: running.a.history.epochs >= 1, "an epoch")
    before = worker_pids(killable.pid)
    hung = loop.wait(killable.get().ask(os.getpid, address=places["A"], seconds=60))
    os.kill(hung, signal.SIGSTOP)
    running.stop("A")
    assert running.wait(90)
    assert [run.state for run in running.runs] == [State.STOPPED, State.FINISHED]
    assert running.a.message.startswith(
        "Model A did not stop within 0 s; its worker was restarted. It is back at epoch"
    )
    assert running.a.weights is not None
    after = worker_pids(killable.pid)
    assert hung in before
    assert hung not in after
    assert len(after) == len(before) == 2
    running.train_on(1, "A")
    assert running.wait(90)
    assert running.a.state is State.FINISHED


def test_a_client_that_does_not_close_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck:
        status = "running"

        async def close(self, timeout: float) -> None:
            await asyncio.Event().wait()

    class Process:
        is_closed = False

        def close(self, *, at_once: bool) -> None:
            self.is_closed = True

    monkeypatch.setattr(queue_client_module, "_CLOSE_SECONDS", 0.01)
    engine = Engine.__new__(Engine)
    engine._client, engine._connection = Stuck(), Process()  # type: ignore[assignment]
    closed = threading.Thread(target=engine.close, daemon=True)
    closed.start()
    closed.join(60)
    assert not closed.is_alive()
    assert engine._client.status == "closed"
    assert engine._connection.is_closed  # type: ignore[attr-defined]
