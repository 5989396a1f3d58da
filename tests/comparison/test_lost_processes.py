import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from processes import descendants, runs, until, until_gone
from tiny_pairs import begin, engine_pids, finish, pair, until_both_train, words, worker_pids

from nncompare.comparison.state import State
from nncompare.engine import client as engine_module
from nncompare.engine.client import EngineError
from nncompare.engine.shared import EngineHolder

OWNER_SCRIPT = """
import signal
from nncompare.engine.shared import EngineHolder

holder = EngineHolder()
holder.get()
print("ready", flush=True)
signal.pause()
"""


class OwnEngine:
    """An engine that a test may kill."""

    def __init__(self) -> None:
        self._others = engine_pids()
        self.holder = EngineHolder()
        self.holder.get()

    @property
    def pid(self) -> int:
        (pid,) = [pid for pid in engine_pids() - self._others if runs(pid)]
        return pid

    @property
    def folder(self) -> Path:
        return folder_of(self.pid)


def folder_of(engine: int) -> Path:
    command = words(psutil.Process(engine))
    return Path(command[command.index("--folder") + 1])


@pytest.fixture
def own(synthetic_digits: Path) -> Iterator[OwnEngine]:
    own = OwnEngine()
    yield own
    own.holder.close()


def test_a_killed_worker_is_told_the_other_model_finishes_and_the_next_comparison_works(own: OwnEngine) -> None:
    running = begin(pair(a={"epochs": 5}, b={"epochs": 5, "channels": 1}), own.holder)
    until_both_train(running)
    workers = worker_pids(own.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    assert running.wait(20), "nobody tells that a worker is gone"
    result = running.result()
    assert result.b is not None
    lost, other = sorted((result.a, result.b), key=lambda model: model.state is not State.FAILED)
    assert (lost.state, other.state) == (State.FAILED, State.FINISHED)
    assert lost.message.startswith(f"The worker process of model {lost.name} ended unexpectedly")
    assert lost.history.train.loss != []
    assert lost.seconds > 0
    assert other.history.epochs == 5
    assert other.probabilities("test").shape == (10_000, 10)
    assert finish(pair(), own.holder).state is State.FINISHED


def test_a_killed_engine_is_told_and_the_next_comparison_works(own: OwnEngine) -> None:
    running = begin(pair(a={"epochs": 50}, b={"epochs": 50}), own.holder)
    until_both_train(running)
    engine, folder = own.pid, own.folder
    workers = worker_pids(engine)
    os.kill(engine, signal.SIGKILL)
    assert running.wait(20), "nobody tells that the engine is gone"
    result = running.result()
    for model in (result.a, result.b):
        assert model is not None
        assert model.state is State.FAILED
        assert model.message == ("The connection to the workers was lost. The curves up to here are kept. Train again.")
        assert model.history.train.loss != []
    until_gone([engine, *workers])
    assert finish(pair(), own.holder).state is State.FINISHED
    assert own.pid != engine
    assert not folder.exists()


def test_an_engine_killed_while_a_comparison_waits_for_workers_is_told_and_replaced(own: OwnEngine) -> None:
    assert len(own.holder.get().claim(2, "cpu", is_cancelled=lambda: False)) == 2
    running = begin(pair(), own.holder)
    assert not running.wait(0.3)
    os.kill(own.pid, signal.SIGKILL)
    assert running.wait(20), "nobody tells that the engine is gone"
    assert running.state is State.FAILED
    assert running.a.message == "The engine that trains the models has ended. Train again to start a new one."
    assert finish(pair(), own.holder).state is State.FINISHED


def test_the_end_of_the_holder_is_the_end_of_everything(synthetic_digits: Path) -> None:
    own = OwnEngine()
    pids, folder = [own.pid, *descendants(own.pid)], own.folder
    assert len(pids) >= 3
    own.holder.close()
    until_gone(pids, seconds=5)
    assert not folder.exists()
    with pytest.raises(EngineError, match="The engine was closed"):
        own.holder.get()


def test_the_engine_ends_when_its_parent_is_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER_SCRIPT], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner:
        assert owner.stdout.readline() == "ready\n"
        pids = descendants(owner.pid)
        (folder,) = [folder_of(pid) for pid in pids if "--folder" in words(psutil.Process(pid))]
        assert len(pids) >= 3
        owner.kill()
    until_gone(pids)
    left = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    assert not left, "the private folder outlives its engine"


def test_an_engine_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no such thing' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    holder = EngineHolder()
    result = finish(pair(), holder)
    assert result.state is State.FAILED
    assert result.a.message == "The engine did not answer (it ended at once: no such thing). Try again."
    monkeypatch.undo()
    try:
        until(lambda: holder.get().is_alive, "a new engine")
    finally:
        holder.close()


def test_a_client_that_does_not_close_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck:
        def close(self, timeout: float) -> None:
            never.wait()

    never = threading.Event()
    monkeypatch.setattr(engine_module, "_CLOSE_SECONDS", 0.01)
    closed = threading.Thread(target=engine_module._close, args=(Stuck(),), daemon=True)
    closed.start()
    closed.join(60)
    assert not closed.is_alive()
    never.set()
