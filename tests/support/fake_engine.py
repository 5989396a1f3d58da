"""An engine that trains nothing: its workers do what the controls say, and end when a test wants it."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np

from nncompare.engine.client import Slot
from nncompare.engine.fair_queue import QueuePosition
from nncompare.events import MetricSums
from nncompare.memory import Plan
from nncompare.messages import Assignment, Checkpoint, Controls, Cursor, Outcome, Position, Progress, Report, WorkerInfo

SLOTS = ("slot-0", "slot-1")


class FakeWorker:
    """One run on one slot."""

    def __init__(self, assignment: Assignment, address: str) -> None:
        self.assignment, self.address = assignment, address
        self.future: Future[Outcome] = Future()
        self.controls = Controls()
        self._lock = threading.Lock()

    def exchange(self, controls: Controls) -> Report:
        self.controls = controls
        if controls.stop:
            self.end("stopped")
        progress = Progress(10, 100, self.assignment.setup.config.epochs - 0.5, 1.0, 10.0)
        return Report((), controls.pause and not controls.stop, progress)

    def end(self, state: str) -> None:
        with self._lock:
            if not self.future.done():
                checkpoint = _checkpoint(self.assignment.setup.plan) if state != "failed" else None
                message = "It failed." if state == "failed" else ""
                self.future.set_result(Outcome(state, message, {}, checkpoint, 1.0))  # type: ignore[arg-type]


class FakeEngine:
    """Two slots, claimed and released as they should be; `mistakes` lists what should not have happened.

    What a test may press beside the runner, such as `take` and `give_back`, may be called on any thread.
    """

    is_alive = True

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free = list(SLOTS)
        self._workers: dict[str, FakeWorker] = {}
        self.started: list[FakeWorker] = []
        self.mistakes: list[str] = []
        self.expected: dict[str, float | None] = {}

    def get(self) -> "FakeEngine":
        return self

    def take(self, count: int) -> list[Slot]:
        """Take slots as another program would; none when there are not enough."""
        with self._lock:
            if len(self._free) < count:
                return []
            taken, self._free = self._free[:count], self._free[count:]
        report = WorkerInfo("token", 2, "cpu", {"cpu": "fake"}, 2**33, 2**34)
        return [Slot(address, report) for address in taken]

    def give_back(self, slots: list[Slot]) -> None:
        self._give_back([slot.address for slot in slots])

    async def claim(
        self,
        count: int,
        device: str,
        is_cancelled: Callable[[], bool] = lambda: False,
        submission: object = None,
        on_wait: Callable[[QueuePosition | None], None] = lambda _: None,
    ) -> list[Slot]:
        on_wait(QueuePosition(position=1) if len(self._free) < count else None)
        try:
            while not is_cancelled():
                if taken := self.take(count):
                    return taken
                await asyncio.sleep(0.001)
            return []
        finally:
            on_wait(None)

    async def release(self, addresses: list[str]) -> None:
        self._give_back(addresses)

    async def expect(self, address: str, seconds: float | None) -> None:
        self.expected[address] = seconds

    async def run(self, function: object, assignment: Assignment, *, address: str, key: str | None = None) -> Any:
        worker = FakeWorker(assignment, address)
        with self._lock:
            self._workers[address] = worker
            self.started.append(worker)
            models = Counter(found.assignment.setup.config.channels for found in self._active())
            self.mistakes += [f"{channels} channels train twice" for channels, n in models.items() if n > 1]
        return await asyncio.wrap_future(worker.future)

    async def ask(self, function: object, run: str, cursor: Cursor, controls: Controls, *, address: str) -> Report:
        return self._workers[address].exchange(controls)

    async def restart(self, address: str) -> bool:
        self._workers[address].end("failed")
        return True

    async def was_ended_for_memory(self, address: str) -> bool:
        return False

    def seconds_silent(self, address: str = "") -> float:
        return 0.0

    def active(self) -> list[FakeWorker]:
        with self._lock:
            return self._active()

    @property
    def all_free(self) -> bool:
        with self._lock:
            return sorted(self._free) == sorted(SLOTS)

    def _give_back(self, addresses: list[str]) -> None:
        with self._lock:
            self.mistakes += [f"{address} was released twice" for address in addresses if address in self._free]
            self._free += addresses

    def _active(self) -> list[FakeWorker]:
        return [worker for worker in self.started if not worker.future.done()]


def _checkpoint(plan: Plan | None) -> Checkpoint:
    assert plan is not None
    nothing = np.zeros(0, np.uint8)
    return Checkpoint(
        plan, Position(10, 1, 0, 1.0, MetricSums(), MetricSums(), MetricSums()), {}, {}, None, nothing, nothing
    )
