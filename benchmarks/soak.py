"""Trains comparisons with random presses while processes are killed at random, and checks that nothing is lost or left.

    python benchmarks/soak.py      (--minutes 10; --seed 0)

The kernel under test is a child process. It trains tiny comparisons from a store of its own, presses buttons at random,
and after every crash opens what was interrupted and resumes it. It writes down every epoch that it was told of. This
process kills kernels, engines and workers with SIGKILL, and each time holds what was written down against the store. In
the last fifth of the time nothing is killed: then the growth of memory is measured.

Exits with 1 when an epoch that was told is not in the store, a process is left, the kernel ended by a mistake of its
own, or there were fewer than a hundred faults.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psutil

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.data import fetch
from nncompare.engine.shared import EngineHolder
from nncompare.store import Store, StoreError

MARK = "NNCOMPARE_SOAK"
CALM_SHARE = 0.2
PRESSES = (*["pause"] * 6, *["resume"] * 12, "stop")
TARGETS = ("kernel", "engine", "worker", "worker")
PATIENCE_SECONDS = 60.0
SMOKE_SECONDS = 5.0
FEWEST_FAULTS = 100
MIB = 2**20


def main() -> None:
    """Soak, print the figures, and exit with 1 if anything was lost or left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--smoke", action="store_true", help="a few seconds: shows that it runs, no more")
    parser.add_argument("--kernel", type=Path, metavar="LOG", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.kernel:
        Kernel(random.Random(arguments.seed), arguments.kernel).work()
        return
    fetch("synthetic-digits")
    with tempfile.TemporaryDirectory(prefix="nncompare-soak-") as folder:
        soak = Soak(Path(folder), arguments.seed)
        soak.run(SMOKE_SECONDS if arguments.smoke else 60 * arguments.minutes)
        sys.exit(soak.report(0 if arguments.smoke else FEWEST_FAULTS))


class Kernel:
    """The process under test: it ends in order when its standard input closes, and at any time otherwise."""

    def __init__(self, chance: random.Random, log: Path) -> None:
        self._chance, self._log = chance, os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._store, self._engines = Store.default(), EngineHolder()
        self._told: dict[tuple[str | None, int, str], int] = {}
        self._end = threading.Event()

    def work(self) -> None:
        """Train until the input closes."""
        threading.Thread(target=self._wait_for_end, daemon=True).start()
        try:
            while not self._end.is_set():
                self._train(self._next())
        finally:
            self._engines.close()

    def _wait_for_end(self) -> None:
        while sys.stdin.buffer.read(1):
            pass
        self._end.set()

    def _next(self) -> ComparisonRun:
        """Resume what was interrupted, or begin a new one."""
        for summary in self._store.summaries():
            if summary.is_interrupted:
                running = ComparisonRun.reopen(self._store.open(summary.id), self._engines, suspend_seconds=1)
                running.resume()
                return running
        running = ComparisonRun(self._any_comparison(), self._engines, suspend_seconds=1, store=self._store)
        running.start()
        return running

    def _any_comparison(self) -> Comparison:
        chance = self._chance
        a, b = (
            RunConfig(
                channels=chance.randint(1, 4), epochs=chance.randint(2, 6), optimizer=chance.choice(["adam", "sgd"])
            )
            for _ in range(2)
        )
        return Comparison(
            dataset="synthetic-digits",
            train_images=1_000,
            a=a,
            b=chance.choice([b, b, b, None]),
            seed=chance.randrange(1_000),
            repeat=chance.choice([1, 1, 1, 2]),
        )

    def _train(self, running: ComparisonRun) -> None:
        next_press = time.monotonic()
        while not running.wait(0.01):
            self._tell(running)
            if self._end.is_set():
                running.leave()
            elif time.monotonic() > next_press:
                next_press = time.monotonic() + self._chance.uniform(0.1, 2.0)
                getattr(running, self._chance.choice(PRESSES))(self._chance.choice(["A", "B", None]))
        self._tell(running)
        if not self._end.is_set() and self._chance.random() < 0.2 and running.a.state.can_train_on:
            running.train_on(1)
            if not running.wait(0):
                self._train(running)

    def _tell(self, running: ComparisonRun) -> None:
        """Write down every epoch of which the screen may know."""
        for pair in running.pairs:
            for run in pair.runs:
                key, epochs = (running.saved_id, pair.seed, run.name), run.history.epochs
                if epochs > self._told.get(key, 0):
                    self._told[key] = epochs
                    os.write(self._log, f"{running.saved_id} {pair.seed} {run.name} {epochs}\n".encode())


class Soak:
    """Starts kernels, kills processes, and looks whether anything was lost."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._chance = random.Random(seed)
        self._log, self._store = folder / "told", Store(folder / "home")
        self._log.touch()
        self._mark = f"{os.getpid()}-{time.time_ns()}"
        self._kernels: list[subprocess.Popen[bytes]] = []
        self._faults: Counter[str] = Counter()
        self._lost: dict[str, str] = {}
        self._orphans = self._crashes = 0
        self._memory: dict[str, list[tuple[float, float]]] = {}

    def run(self, seconds: float) -> None:
        """Kill for four fifths of the time, and only press for the rest."""
        began = time.monotonic()
        kernel = self._start()
        while time.monotonic() - began < seconds * (1 - CALM_SHARE):
            time.sleep(self._chance.uniform(0.3, 3.0))
            target = self._chance.choice(TARGETS)
            if self._kill(kernel, target):
                self._faults[target] += 1
            if kernel.poll() is not None:
                self._note_end(kernel)
                self._wait_for_orphans()
                kernel = self._start()
            self._compare_with_store()
        while time.monotonic() - began < seconds and kernel.poll() is None:
            time.sleep(0.5)
            self._sample(kernel)
        assert kernel.stdin is not None
        kernel.stdin.close()
        kernel.wait(PATIENCE_SECONDS)
        self._note_end(kernel)
        self._wait_for_orphans()
        self._compare_with_store()

    def _note_end(self, kernel: "subprocess.Popen[bytes]") -> None:
        """Count a kernel that has ended by itself, neither killed nor asked to."""
        self._crashes += kernel.returncode not in (0, -signal.SIGKILL)

    def report(self, fewest_faults: int) -> int:
        """Print what happened, and return the exit code."""
        summaries = self._store.summaries()
        ended = [summary for summary in summaries if not summary.is_interrupted]
        failed = sum(any(model.state == State.FAILED.value for model in summary.models) for summary in ended)
        epochs = sum(model.epochs for summary in summaries for model in summary.models)
        finished = sum(all(model.state == State.FINISHED.value for model in summary.models) for summary in ended)
        left = self._marked()
        for process in left:
            process.kill()
        print(f"comparisons ended: {len(ended)}, of these with every model finished: {finished}, failed: {failed}")
        print(f"why they failed: {dict(self._reasons([summary.id for summary in ended]))}")
        print(f"epochs in the store: {epochs}")
        print(f"faults injected: {sum(self._faults.values())} ({dict(self._faults)})")
        print(f"told epochs lost: {len(self._lost)} {list(self._lost.values())[:5] if self._lost else ''}")
        print(f"saved comparisons that cannot be read: {len(self._store.unreadable())}")
        print(f"processes left: {len(left)} at the end, {self._orphans} after kills")
        for name, samples in sorted(self._memory.items()):
            samples = samples[len(samples) // 3 :]  # before, everything comes up
            (since, first), (until, last) = samples[0], samples[-1]
            change = f"{first:.0f} MiB, after {until - since:.0f} s {last:.0f} MiB ({last - first:+.1f})"
            print(f"memory of the {name}: {change}")
        print(f"kernels that ended by a mistake of their own: {self._crashes}")
        too_few = sum(self._faults.values()) < fewest_faults
        if too_few:
            print(f"fewer than {fewest_faults} faults: run it for longer")
        return int(bool(self._lost or left or self._orphans or self._store.unreadable() or self._crashes or too_few))

    def _reasons(self, ids: list[str]) -> Counter[str]:
        records = [record for id_ in ids for record in self._store.open(id_).load().runs.values()]
        return Counter(record.message for record in records if record.state == State.FAILED.value)

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, MARK: self._mark, "NNCOMPARE_HOME": str(self._store.home)}
        seed = str(self._chance.randrange(2**32))
        command = [sys.executable, __file__, "--kernel", str(self._log), "--seed", seed]
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)

    def _kill(self, kernel: "subprocess.Popen[bytes]", target: str) -> bool:
        if target == "kernel":
            kernel.kill()
            kernel.wait()
            return True
        found = self._processes(kernel, target)
        with contextlib.suppress(psutil.NoSuchProcess):
            if found:
                self._chance.choice(found).kill()
                return True
        return False

    @staticmethod
    def _processes(kernel: "subprocess.Popen[bytes]", kind: str) -> list[psutil.Process]:
        try:
            below = psutil.Process(kernel.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        if kind == "engine":
            return [process for process in below if "-m nncompare.engine" in " ".join(_words(process))]
        forked = [process for process in below if "multiprocessing.forkserver" in " ".join(_words(process))]
        # Workers, and once there are some, the process that they are forked from, which looks like them.
        return forked if len(forked) > 1 else []

    def _compare_with_store(self) -> None:
        """Compare every epoch that a kernel was told of with the store."""
        told: dict[str, dict[tuple[int, str], int]] = {}
        for line in self._log.read_text().splitlines():
            id_, seed_text, name, epochs_text = line.split()
            told.setdefault(id_, {})[int(seed_text), name] = int(epochs_text)
        for id_, models in told.items():
            try:
                found = self._store.open(id_).load().runs
            except StoreError as error:
                self._lost[id_] = str(error)
                continue
            for (seed, name), epochs in models.items():
                record = found.get((seed, name))
                saved = record.history.epochs if record is not None else 0
                if saved < epochs:
                    self._lost[id_] = f"{id_} seed {seed} model {name}: told {epochs}, saved {saved}"

    def _wait_for_orphans(self) -> None:
        """After its kernel, an engine ends by itself."""
        _, alive = psutil.wait_procs(self._marked(), timeout=PATIENCE_SECONDS)
        self._orphans += len(alive)
        for process in alive:
            process.kill()

    def _marked(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if _mark_of(process) == self._mark]

    def _sample(self, kernel: "subprocess.Popen[bytes]") -> None:
        now = time.monotonic()
        groups = {"kernel": [psutil.Process(kernel.pid)], "engine": self._processes(kernel, "engine")}
        groups["workers together"] = self._processes(kernel, "worker")
        for name, processes in groups.items():
            with contextlib.suppress(psutil.Error):
                used = sum(process.memory_full_info().pss for process in processes) / MIB
                self._memory.setdefault(name, []).append((now, used))


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK) if process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, OSError):
        return None


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


if __name__ == "__main__":
    main()
