"""Training on a Dask cluster that somebody else has started."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hosts import free_port
from processes import descendants, runs, until
from tiny_pairs import begin, engine_pids, finish, free_workers, pair, until_both_train

from nncompare.comparison.state import State
from nncompare.engine import connections, loop, queue_client
from nncompare.engine.shared import EngineHolder

DASK = Path(sys.executable).parent / "dask"
LOOPBACK = "127.0.0.1"


@contextmanager
def started(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as stream:
        process = subprocess.Popen([DASK, *arguments, "--no-dashboard"], stdout=stream, stderr=stream)
        try:
            yield process
        finally:  # at once: one that ends in order looks for its scheduler for seconds
            below = descendants(process.pid)
            process.kill()
            process.wait()
            until(lambda: not any(map(runs, below)), "the end of what it started")


@dataclass(frozen=True)
class Cluster:
    """A scheduler and its workers, each a process of somebody else's."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextmanager
def cluster_of(folder: Path, *threads: str, port: str = "0", nanny: str = "--nanny") -> Iterator[Cluster]:
    """Start a scheduler and one worker for each number of threads."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    with ExitStack() as stack:
        called = ("scheduler", "--host", LOOPBACK, "--port", port, "--scheduler-file", str(file))
        scheduler = stack.enter_context(started(*called, log=folder / "scheduler.log"))
        until(lambda: file.exists() and file.stat().st_size, "the scheduler")
        until(lambda: _is_json(file), "the address of the scheduler")
        address = json.loads(file.read_text())["address"]
        workers = []
        for number, count in enumerate(threads):
            words = (
                "worker",
                address,
                "--nthreads",
                count,
                "--host",
                LOOPBACK,
                "--local-directory",
                str(folder),
                nanny,
            )
            workers.append(stack.enter_context(started(*words, log=folder / f"worker-{number}.log")))
        logs = [folder / f"worker-{number}.log" for number in range(len(threads))]
        until(lambda: all("Registered to" in log.read_text() for log in logs), "the workers")
        yield Cluster(address, scheduler, workers)


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except ValueError:
        return False
    return True


@pytest.fixture(scope="module")
def cluster(synthetic_digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster as it should be, for all tests that treat it well, at a port that nobody else is given."""
    with cluster_of(tmp_path_factory.mktemp("cluster"), "1", "1", port=str(free_port())) as made:
        yield made


@pytest.fixture
def holder_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], EngineHolder]]:
    holders = []

    def open_at(address: str) -> EngineHolder:
        monkeypatch.setenv("NNCOMPARE_SCHEDULER", address)
        holders.append(EngineHolder())
        return holders[-1]

    yield open_at
    for holder in holders:
        holder.close()


def test_both_models_train_on_workers_started_elsewhere(
    cluster: Cluster, holder_at: Callable[[str], EngineHolder], engines: EngineHolder
) -> None:
    here = finish(pair(), engines)
    engines_before = engine_pids()
    workers, holder = cluster.workers, holder_at(cluster.address)
    running = begin(pair(), holder)
    assert running.wait(90)
    there = running.result()
    assert there.state is State.FINISHED, there.a.message
    assert there.a.probabilities("train").shape == (1_000, 10)
    assert there.a.history.train.loss == here.a.history.train.loss
    assert engine_pids() == engines_before
    pids = [worker.pid for worker in workers]
    pids += [pid for worker in workers for pid in descendants(worker.pid)]
    holder.close()
    assert all(runs(pid) for pid in pids), "what others have started is not ours to end"


def test_a_worker_with_two_threads_is_refused_with_the_command_that_is_right(
    tmp_path: Path, holder_at: Callable[[str], EngineHolder], synthetic_digits: Path
) -> None:
    with cluster_of(tmp_path, "2") as cluster:
        result = finish(pair(), holder_at(cluster.address))
        assert result.state is State.FAILED
        assert result.a.message == (
            f"1 of 1 workers have more than one thread. Start them with: dask worker {cluster.address} --nthreads 1"
        )


def test_one_worker_is_too_few_and_without_a_nanny_it_cannot_be_restarted(
    tmp_path: Path,
    holder_at: Callable[[str], EngineHolder],
    synthetic_digits: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue_client, "MISSING_SECONDS", 0.2)
    with cluster_of(tmp_path, "1", nanny="--no-nanny") as cluster:
        holder = holder_at(cluster.address)
        assert finish(pair(), holder).a.message == (
            f"2 workers are needed, but there are 1. Start more: dask worker {cluster.address} --nthreads 1"
        )
        (worker,) = loop.wait(holder.get().idle())
        assert not loop.wait(holder.get().restart(worker))
        assert loop.wait(holder.get().idle()) == [worker], "it is left as it is"


def test_a_scheduler_that_is_not_heard_any_more_is_told_and_given_up(
    tmp_path: Path,
    holder_at: Callable[[str], EngineHolder],
    synthetic_digits: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with cluster_of(tmp_path, "1", "1") as cluster:
        assert finish(pair(), holder_at(cluster.address)).state is State.FINISHED, "its workers have loaded torch"
        monkeypatch.setenv("NNCOMPARE_SILENCE_SECONDS", "8")
        holder = holder_at(cluster.address)
        running = begin(pair(a={"epochs": 100}, b={"epochs": 100}), holder)
        until_both_train(running)
        waiting = begin(pair(), holder)
        until(lambda: waiting.position is not None, "a place")
        os.kill(cluster.scheduler.pid, signal.SIGSTOP)
        for one in (running, waiting):
            until(lambda one=one: all(run.silence for run in one.runs), "word that nothing is heard")  # type: ignore[misc]
        assert running.wait(90)
        assert waiting.wait(90)
    what = f"Nothing was heard from the Dask scheduler at {cluster.address} for 8 s."
    for run in running.runs:
        assert (run.state, run.is_lost, run.silence) == (State.FAILED, True, "")
        assert run.message.startswith(f"{what} The curves up to here are kept")
    assert {run.message for run in waiting.runs} == {f"{what} Train again."}


def test_an_address_at_which_nobody_answers_is_told_soon(
    holder_at: Callable[[str], EngineHolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CLUSTER_SECONDS", 1.0)
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        address = f"tcp://{LOOPBACK}:{taken.getsockname()[1]}"
        began = time.monotonic()
        result = finish(pair(), holder_at(address))
    assert time.monotonic() - began < 25, "Dask's own limit is half a minute"
    assert result.state is State.FAILED
    assert result.a.message == (
        f"No Dask scheduler answers at {address}. Check NNCOMPARE_SCHEDULER, or unset it to train here."
    )


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:1", "tcp://127.0.0.1:x", "tls://127.0.0.1:1"])
def test_an_address_that_is_none_is_told(address: str, holder_at: Callable[[str], EngineHolder]) -> None:
    result = finish(pair(), holder_at(address))
    assert result.state is State.FAILED
    assert result.a.message.startswith(f"No Dask scheduler answers at {address}.")


def test_two_kernels_on_one_cluster_wait_in_one_line(
    cluster: Cluster, holder_at: Callable[[str], EngineHolder]
) -> None:
    one, other = holder_at(cluster.address), holder_at(cluster.address)
    first = begin(pair(a={"epochs": 100}, b={"epochs": 100}), one)
    until_both_train(first)
    second = begin(pair(), other)
    until(lambda: second.position is not None and second.position.position == 1, "a place")
    first.stop()
    assert second.wait(90)
    assert second.state is State.FINISHED
    assert first.wait(90)
    until(lambda: len(free_workers(other)) == 2, "everything is given back")


def test_a_scheduler_that_goes_away_and_comes_back(
    cluster: Cluster, holder_at: Callable[[str], EngineHolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one: it ends the scheduler of all tests of this module, and with it the workers."""
    address = cluster.address
    holder = holder_at(address)
    running = begin(pair(a={"epochs": 100}, b={"epochs": 100}), holder)
    until_both_train(running)
    waiting = begin(pair(), holder)
    until(lambda: waiting.position is not None, "a place")
    cluster.scheduler.kill()
    assert running.wait(90)
    assert waiting.wait(90)
    with monkeypatch.context() as patch:
        patch.setattr(connections, "CLUSTER_SECONDS", 0.3)
        gone = finish(pair(), holder)
    assert running.a.message.startswith("The connection to the workers was lost. The curves up to here are kept")
    assert running.a.history.train.loss != []
    assert waiting.a.message == f"The Dask scheduler at {address} no longer answers. Start it, then train again."
    assert gone.a.message.startswith(f"No Dask scheduler answers at {address}.")
    for worker in cluster.workers:
        worker.kill()
    with cluster_of(tmp_path, "1", "1", port=address.rpartition(":")[2]) as again:
        assert again.address == address
        assert finish(pair(), holder).state is State.FINISHED
