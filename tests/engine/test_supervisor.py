"""One engine for several kernels, each a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from processes import descendants, runs, until, until_gone
from tiny_pairs import begin, engine_pids, finish, pair, until_both_train, worker_pids

from nncompare.comparison import view as view_module
from nncompare.comparison.state import State
from nncompare.engine import loop, supervisor
from nncompare.engine import queue_client as queue_client_module
from nncompare.engine.process import SLOTS
from nncompare.engine.shared import EngineHolder
from nncompare.engine.supervisor import MOST_SLOTS, EngineSupervisor, slots_for

KERNEL_SCRIPT = """
import sys
import time
from nncompare.comparison.runner import ComparisonRun
from nncompare.engine.shared import EngineHolder
from nncompare.config import Comparison

holder = EngineHolder()
comparison = Comparison.model_validate_json(sys.argv[1])
for line in sys.stdin:
    running = ComparisonRun(comparison, holder)
    running.start()
    while running.position is None and not running.begun:
        time.sleep(0.01)
    print("begun" if running.begun else "waits", flush=True)
    running.wait()
    print(running.state, running.a.message, flush=True)
"""
LONG = {"epochs": 100}


class Server:
    """An engine server in this process, and connections to it."""

    def __init__(self) -> None:
        self._others = engine_pids()
        self.server = EngineSupervisor()
        self.holders: list[EngineHolder] = []

    def connect(self) -> EngineHolder:
        self.holders.append(EngineHolder())
        return self.holders[-1]

    @property
    def pids(self) -> list[int]:
        return [pid for pid in engine_pids() - self._others if runs(pid)]

    def disconnect(self) -> None:
        for holder in self.holders:
            holder.close()
        self.holders = []


@pytest.fixture(scope="module")
def one_server(synthetic_digits: Path) -> Iterator[Server]:
    """One server for all tests of this module; the last one closes it."""
    made = Server()
    yield made
    made.server.close()


@pytest.fixture
def server(one_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NNCOMPARE_ENGINE", str(one_server.server.file))
    yield one_server
    one_server.disconnect()


@contextmanager
def kernel(settings: object) -> Iterator[subprocess.Popen[str]]:
    """Another process that trains whenever a line is written to it."""
    process = subprocess.Popen(
        [sys.executable, "-c", KERNEL_SCRIPT, settings.model_dump_json()],  # type: ignore[attr-defined]
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def press(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("train\n")
    process.stdin.flush()
    assert _said(process) in ("begun", "waits")


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_its_credentials_are_for_this_user_alone(server: Server) -> None:
    until(server.server.file.exists, "the credentials")
    assert server.server.file.stat().st_mode & 0o777 == 0o600
    assert server.server.file.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in server.server.file.parent.iterdir()] == ["engine.json"]


def test_who_waits_learns_where_it_stands_and_how_long(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "_SECONDS_TO_WARM_UP", 0.1)
    monkeypatch.setattr(queue_client_module, "EXPECT_SECONDS", 0.1)
    holder = server.connect()
    first = begin(pair(a=LONG, b=LONG), holder)
    until_both_train(first)
    second = begin(pair(), server.connect())
    until(lambda: second.position is not None, "a place")
    third = begin(pair(), holder)
    until(lambda: third.position is not None and third.position.position == 2, "a place behind it")
    assert second.state is third.state is State.PREPARING
    assert second.position is not None
    assert second.position.position == 1
    until(lambda: second.position is not None and (second.position.seconds or 0) > 0, "an expected wait")
    first.stop()
    for waiting in (second, third):
        assert waiting.wait(90)
        assert (waiting.state, waiting.position) == (State.FINISHED, None)


def test_a_second_comparison_goes_behind_anothers_first(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "ann")
    ann = server.connect()
    ann.get()
    monkeypatch.setenv("JUPYTERHUB_USER", "bob")
    bob = server.connect()
    bob.get()
    first = begin(pair(a=LONG, b=LONG), ann)
    until_both_train(first)
    again = begin(pair(), ann)
    until(lambda: again.position is not None, "a place")
    other = begin(pair(), bob)
    until(lambda: other.position is not None, "a place")
    assert other.position is not None
    assert other.position.position == 1
    until(lambda: again.position is not None and again.position.position == 2, "who came first goes second")
    first.stop()
    assert other.wait(90)
    assert again.wait(90)
    assert (other.state, again.state) == (State.FINISHED, State.FINISHED)


def test_a_killed_kernel_frees_what_it_held_and_its_place(server: Server) -> None:
    with kernel(pair(a=LONG, b=LONG)) as gone, kernel(pair(a=LONG, b=LONG)) as waiting:
        holder = server.connect()
        engine = holder.get()
        press(gone)
        until(lambda: loop.wait(engine.idle()) == [], "it trains")
        press(waiting)
        third = begin(pair(), holder)
        until(lambda: third.position is not None and third.position.position == 2, "a place behind the waiting kernel")
        os.kill(waiting.pid, signal.SIGKILL)
        until(lambda: third.position is not None and third.position.position == 1, "the first place")
        before = set(worker_pids(server.pids[0]))
        os.kill(gone.pid, signal.SIGKILL)
        assert third.wait(90), "the run of a dead kernel keeps its workers"
        assert third.state is State.FINISHED, [run.message for run in third.runs]
        assert before.isdisjoint(worker_pids(server.pids[0])), "its run goes on beside the next one"


def test_a_killed_engine_is_started_again_and_the_next_train_finds_it(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    holder = server.connect()
    running = begin(pair(a=LONG, b=LONG), holder)
    until_both_train(running)
    waiting = begin(pair(), holder)
    until(lambda: waiting.position is not None, "a place")
    (engine,) = server.pids
    before = server.server.file.read_text()
    os.kill(engine, signal.SIGKILL)
    assert running.wait(90)
    assert waiting.wait(90)
    assert running.a.message.startswith("The connection to the workers was lost. The curves up to here are kept")
    assert running.a.history.train.loss != []
    assert waiting.a.message == (
        "The engine that trains the models has ended; the server starts a new one. Train again."
    )
    assert finish(pair(), holder).state is State.FINISHED
    assert server.pids != [engine]
    assert len(server.pids) == 1
    assert server.server.file.read_text() != before
    assert "The engine has ended (" in caplog.text, "in the log of the server, with its last words"


def test_kernels_share_one_engine_and_leave_it_running(server: Server) -> None:
    with kernel(pair()) as first, kernel(pair()) as second:
        for process in (first, second):
            press(process)
        assert [_said(process) for process in (first, second)] == ["finished", "finished"]
        for process in (first, second):
            assert descendants(process.pid) == [], "a kernel has started an engine of its own"
        holder = server.connect()
        assert finish(pair(), holder).state is State.FINISHED
        assert len(server.pids) == 1
        holder.close()
    assert len(server.pids) == 1, "the engine is not a kernel's to end"
    folder, pids = server.server.file.parent, [*server.pids, *descendants(server.pids[0])]
    server.server.close()
    until_gone(pids)
    assert not folder.exists()


def test_a_server_that_is_told_of_an_engine_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from nncompare.engine import connections

    monkeypatch.setattr(connections, "CONNECT_SECONDS", 0.2)
    monkeypatch.setenv("NNCOMPARE_ENGINE", str(tmp_path / "engine.json"))
    holder = EngineHolder()
    assert finish(pair(), holder).a.message == (
        "The engine of this server does not answer. Train again; if that does not help, start the server again."
    )


def test_among_others_on_a_larger_machine_a_model_is_what_it_is_alone(
    engines: EngineHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last digit: of several shards, on as many threads as there are, whoever else trains."""
    mine = pair(a={"channels": 9, "batch_size": 128, "dropout": 0.4}).model_copy(update={"b": None})
    alone = finish(mine, engines)
    monkeypatch.setattr(supervisor, "slots_for", lambda cores: 4)
    server = Server()
    monkeypatch.setenv("NNCOMPARE_ENGINE", str(server.server.file))
    try:
        wide = {**LONG, "channels": 32}  # so that they are not done before
        others = begin(pair(a=wide, b=wide), server.connect())
        until_both_train(others)
        beside = finish(mine, server.connect())
        assert not others.wait(0)
        others.stop()
        assert others.wait(90)
    finally:
        server.disconnect()
        server.server.close()
    assert alone.state is beside.state is State.FINISHED
    assert beside.a.history.train.loss == alone.a.history.train.loss
    assert beside.a.history.test_loss == alone.a.history.test_loss
    np.testing.assert_array_equal(beside.a.probabilities("test"), alone.a.probabilities("test"))


@pytest.mark.parametrize(("cores", "slots"), [(1, 2), (2, 2), (4, 2), (8, 4), (64, 16)])
def test_a_larger_machine_trains_more_pairs_at_once(cores: int, slots: int) -> None:
    assert slots_for(cores) == slots
    assert SLOTS <= slots <= MOST_SLOTS
