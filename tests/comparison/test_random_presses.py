"""Whatever is pressed, in whatever order: never stuck, never two runs of a model at once, and nothing left behind."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from processes import until
from tiny_pairs import pair

from nncompare.comparison.comparison import RunningComparison
from nncompare.comparison.engine import Slot
from nncompare.comparison.engine_holder import EngineHolder
from nncompare.comparison.state import State
from nncompare.memory import Plan
from nncompare.training.checkpoint import Checkpoint, Position, Sums
from nncompare.training.desk import Controls, Progress, Report, Seen
from nncompare.training.worker import Assignment, Outcome, SlotReport

ACTIONS = ("pause", "resume", "stop", "train_on")
NAMES = st.sampled_from(["A", "B", None])


class FakeWorker:
    """Trains nothing: does what the controls say, and ends when the test wants it."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment, self.future, self.controls = assignment, FakeFuture(), Controls()
        self._lock = threading.Lock()

    def exchange(self, controls: Controls) -> Report:
        self.controls = controls
        if controls.stop:
            self.end("stopped")
        progress = Progress(10, 100, self.assignment.config.epochs / 2, 1.0, 10.0)
        return Report((), controls.pause and not controls.stop, progress, None, None)

    def end(self, state: str) -> None:
        with self._lock:
            if not self.future.done():
                checkpoint = a_checkpoint(self.assignment.plan) if state != "failed" else None
                self.future.set_result(Outcome(state, "It failed." * (state == "failed"), None, checkpoint, 1.0))  # type: ignore[arg-type]


class FakeFuture(Future[Any]):
    @property
    def status(self) -> str:
        return "finished" if self.done() and not self.cancelled() else "pending"


def a_checkpoint(plan: Plan) -> Checkpoint:
    nothing = np.zeros(0, np.uint8)
    return Checkpoint(plan, Position(10, 1, 0, 1.0, Sums(), Sums(), Sums()), {}, {}, None, nothing, nothing)


class FakeEngine:
    """Two slots that are always free, and the workers on them."""

    is_alive = True

    def __init__(self) -> None:
        self.workers: dict[str, FakeWorker] = {}
        self._numbers = iter(range(10**6))
        self.most_at_once = 0

    def get(self) -> "FakeEngine":
        return self

    def claim(self, count: int, _: str, is_cancelled: Callable[[], bool]) -> list[Slot]:
        if is_cancelled():
            return []
        report = SlotReport("token", 2, "cpu", {"cpu": "fake"}, 2**33, 2**34)
        return [Slot(f"slot-{next(self._numbers)}", report, 1) for _ in range(count)]

    def release(self, addresses: list[str]) -> None:
        pass

    def submit(self, _: object, assignment: Assignment, *, address: str, key: str) -> FakeFuture:
        worker = self.workers[address] = FakeWorker(assignment)
        self.most_at_once = max(self.most_at_once, len(self.active()))
        return worker.future

    def ask(self, _: object, __: str, seen: Seen, controls: Controls, *, address: str) -> Report:
        return self.workers[address].exchange(controls)

    def has_worker(self, _: str) -> bool:
        return True

    def active(self) -> list[FakeWorker]:
        return [worker for worker in self.workers.values() if not worker.future.done()]


class Presses(RuleBasedStateMachine):
    """Presses buttons at random, and lets runs finish, fail, and be parked."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = FakeEngine()
        self.running = RunningComparison(pair(), self.engine)  # type: ignore[arg-type]
        self.running.start()

    @rule(name=NAMES)
    def pause(self, name: str | None) -> None:
        self.running.pause(name)

    @rule(name=NAMES)
    def resume(self, name: str | None) -> None:
        self.running.resume(name)

    @rule(name=NAMES)
    def stop(self, name: str | None) -> None:
        self.running.stop(name)

    @rule(name=NAMES, epochs=st.integers(1, 3))
    def train_on(self, name: str | None, epochs: int) -> None:
        self.running.train_on(epochs, name)

    @rule(state=st.sampled_from(["finished", "failed"]))
    def end(self, state: str) -> None:
        for worker in self.engine.active()[:1]:
            worker.end(state)

    @rule()
    def park(self) -> None:
        for worker in self.engine.active():
            if worker.controls.pause and not worker.controls.stop:
                worker.end("parked")

    @rule()
    def wait_a_moment(self) -> None:
        threading.Event().wait(0.005)

    @invariant()
    def never_two_runs_of_a_model(self) -> None:
        assert self.engine.most_at_once <= 2

    def teardown(self) -> None:
        def end_everything() -> bool:
            self.running.stop()
            return self.running.wait(0)

        until(end_everything, f"the end of {[run.state for run in self.running.runs]}", 10)
        assert all(run.state.is_over for run in self.running.runs)
        assert self.engine.active() == []
        self.running.result()


TestPresses = Presses.TestCase
TestPresses.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_fifty_random_presses_on_real_workers(engines: EngineHolder) -> None:
    chance = random.Random(7)
    settings = {"a": {"channels": 2, "epochs": 4}, "b": {"channels": 2, "epochs": 4}}
    running = RunningComparison(pair(**settings), engines, park_seconds=0.3)
    running.start()
    for _ in range(50):
        action, name = chance.choice(ACTIONS), chance.choice(["A", "B", None])
        if action == "train_on":
            running.train_on(1, name)
        else:
            getattr(running, action)(name)
        threading.Event().wait(chance.choice([0, 0.02, 0.2]))
    until(lambda: (running.resume(), running.stop(), running.wait(0))[2], "the end", 60)
    assert all(run.state in (State.FINISHED, State.STOPPED) for run in running.runs), [r.message for r in running.runs]
    fresh = RunningComparison(pair(), engines)
    fresh.start()
    assert fresh.wait(60)
    assert fresh.state is State.FINISHED
