"""A kernel that sleeps for longer than its workers wait: after Ctrl-Z, `docker pause`, or with its machine."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest
from processes import descendants, is_worker, until
from recovery import epochs_on_disk
from tiny_pairs import pair
from waiting import wait_until

from nncompare.store import Store

LIMIT_SECONDS = 4
LONG = {"channels": 4, "epochs": 100}
KERNEL = """
import sys
from nncompare.comparison import seed_run
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison
from nncompare.engine.shared import EngineHolder
from nncompare.store import Store

true_drive = seed_run.drive

async def drive(run, *rest):
    with open(sys.argv[2], "a") as begun:
        begun.write(run.name)
    await true_drive(run, *rest)

seed_run.drive = drive
running = ComparisonRun(Comparison.model_validate_json(sys.argv[1]), EngineHolder(), store=Store.default())
running.start()
sys.stdin.read()
running.stop()
running.wait()
print(*((str(run.state), run.message) for run in running.runs), sep="\\n")
"""


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """The file with the name of each model that was begun on a worker, in order."""
    return tmp_path / "begun"


@pytest.fixture
def kernel(
    synthetic_digits: Path, store: Store, begun: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[subprocess.Popen[str]]:
    """A kernel in which both models have an epoch behind them, and many before them."""
    monkeypatch.setenv("NNCOMPARE_SILENCE_SECONDS", str(LIMIT_SECONDS))
    comparison = pair(a=LONG, b=LONG, train_images=3_000)
    command = [sys.executable, "-c", KERNEL, comparison.model_dump_json(), str(begun)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            until(lambda: min(epochs_on_disk(store), default=0) >= 1, "an epoch of both")
            yield process
        finally:
            if process.poll() is None:
                send(signal.SIGCONT, [process.pid, *descendants(process.pid)])
                process.kill()


def test_after_ctrl_z_both_models_go_on_though_their_workers_have_let_them_go(
    kernel: subprocess.Popen[str], store: Store, begun: Path
) -> None:
    workers = [one for one in psutil.Process(kernel.pid).children(recursive=True) if is_worker(one)]
    assert len(workers) == 2
    os.kill(kernel.pid, signal.SIGSTOP)
    asleep = time.monotonic()
    before: list[list[float]] = []

    def rest() -> bool:
        before.append([sum(worker.cpu_times()[:2]) for worker in workers])
        has_slept = len(before) > 1 and time.monotonic() - asleep > 2 * LIMIT_SECONDS
        return has_slept and max(now - then for now, then in zip(*before[-1:-3:-1], strict=True)) < 0.02

    wait_until(rest, "the workers have let the runs go", every_seconds=0.5)
    os.kill(kernel.pid, signal.SIGCONT)
    until(lambda: min(map(begun.read_text().count, "AB")) >= 2, "each on a worker of its own again")
    ended(kernel, store, epochs_on_disk(store))


def test_after_all_processes_have_slept_they_go_on(kernel: subprocess.Popen[str], store: Store) -> None:
    """As in a container that was paused: whoever wakes first must not take the others for gone."""
    everybody = [kernel.pid, *descendants(kernel.pid)]
    send(signal.SIGSTOP, everybody)
    asleep, known = time.monotonic(), epochs_on_disk(store)
    until(lambda: time.monotonic() - asleep > 2 * LIMIT_SECONDS, "they have slept for long enough")
    send(signal.SIGCONT, everybody[::-1])
    ended(kernel, store, known)


def send(number: signal.Signals, pids: Sequence[int]) -> None:
    for pid in pids:
        os.kill(pid, number)


def ended(kernel: subprocess.Popen[str], store: Store, known: list[int]) -> None:
    """See both models learn more than was known, and stop them."""
    until(
        lambda: (
            all(now > then + 1 for now, then in zip(epochs_on_disk(store), known, strict=True))
            or kernel.poll() is not None
        ),
        "epochs of both after they slept",
    )
    said, _ = kernel.communicate(timeout=120)
    assert said.splitlines() == [str(("stopped", ""))] * 2
