"""One model's run, as the kernel sees it: placed on a worker, followed four times a second, and its end."""

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nncompare.comparison.engine import Engine, Slot
from nncompare.comparison.history import History
from nncompare.comparison.state import State, follow
from nncompare.config import RunConfig
from nncompare.events import BatchHalved
from nncompare.memory import Plan
from nncompare.training.desk import Controls, Prediction, Progress, Report, Seen, Shown
from nncompare.training.worker import Assignment, Outcome, Weights, exchange, run_training

if TYPE_CHECKING:
    from distributed import Future

EXCHANGE_SECONDS = 0.25
_LAST_TRIES = 3
_LOST = (
    "The worker process of model {name} ended unexpectedly; it may have run out of memory. "
    "The curves up to here are kept. Choose fewer channels or a smaller batch, or end other programs, then train again."
)
_LOST_ENGINE = "The connection to the workers was lost. The curves up to here are kept. Train again."


@dataclass
class ModelRun:
    """What is known of one model's run; `lock` guards everything that grows.

    Attributes
    ----------
    name : str
        "A" or "B".
    test, shown : Prediction, optional
        The newest probabilities for the whole test set, and for the images on the screen.
    version : int
        Grows with every change, so that a screen need look only then.
    """

    name: str
    config: RunConfig
    lock: threading.RLock = field(default_factory=threading.RLock)
    state: State = State.IDLE
    plan: Plan | None = None
    device: str = ""
    threads: int = 0
    history: History = field(default_factory=History)
    progress: Progress | None = None
    test: Prediction | None = None
    shown: Prediction | None = None
    weights: Weights | None = None
    seconds: float = 0.0
    message: str = ""
    version: int = 0
    _events: int = 0
    _shown_version: int = 0
    _wanted: Controls = field(default_factory=Controls)

    @property
    def epoch(self) -> float:
        """Epochs done, such as 1.5."""
        return self.progress.epoch if self.progress is not None else 0.0

    def enter(self, state: State, message: str = "") -> None:
        """Go to another state, with a sentence for the user where there is one."""
        with self.lock:
            self.state = follow(self.state, state)
            self.message = message
            self.version += 1

    def stop(self) -> None:
        """Ask the run to end; what it has learned is kept."""
        with self.lock:
            if self.state in (State.PREPARING, State.RUNNING):
                self.enter(State.STOPPING)
            self._wanted = Controls(True, self._wanted.shown)

    def show(self, shown: Shown | None) -> None:
        """Say which images are on the screen, so that they are predicted while the network learns."""
        with self.lock:
            self._wanted = Controls(self._wanted.stop, shown)

    def follow(self, engine: Engine, slot: Slot, assignment: Assignment) -> None:
        """Train on `slot`, and come back when the run is over."""
        with self.lock:
            self.plan, self.device, self.threads = assignment.plan, assignment.device, assignment.threads
            if self.state is State.PREPARING:
                self.enter(State.RUNNING)
        future = engine.submit(run_training, assignment, address=slot.address, key=f"train-{assignment.run}")
        while not future.done():
            time.sleep(EXCHANGE_SECONDS)
            if not self._exchange(engine, slot, assignment.run) and self._is_lost(engine, slot, future):
                future.cancel()
                break
        if future.status == "finished":
            any(self._exchange(engine, slot, assignment.run) for _ in range(_LAST_TRIES))
        self._end(engine, future)

    def fail(self, message: str) -> None:
        """End the run with an error."""
        self.enter(State.FAILED, message)

    def _exchange(self, engine: Engine, slot: Slot, run: str) -> bool:
        with self.lock:
            seen, wanted = self._seen(), self._wanted
        try:
            report = engine.ask(exchange, run, seen, wanted, address=slot.address)
        except Exception:  # whatever it is, the worker did not answer; whether it is lost is asked elsewhere
            return False
        if report is not None:
            self._take(report)
        return True

    def _seen(self) -> Seen:
        return Seen(self._events, self.test.version if self.test else 0, self._shown_version)

    def _take(self, report: Report) -> None:
        with self.lock:
            self.history.extend(report.events)
            for event in report.events:
                if isinstance(event, BatchHalved) and self.plan is not None:
                    self.plan = self.plan.halved()
            self._events += len(report.events)
            self.progress = report.progress or self.progress
            self.test = report.test or self.test
            if report.shown is not None:
                self.shown, self._shown_version = report.shown, report.shown.version
            self.version += 1

    def _is_lost(self, engine: Engine, slot: Slot, future: "Future[Any]") -> bool:
        if future.done():
            return False
        if not engine.is_alive:
            return True
        try:
            return not engine.has_worker(slot.address)
        except Exception:  # not even the scheduler answers
            return not engine.is_alive

    def _end(self, engine: Engine, future: "Future[Any]") -> None:
        outcome = future.result() if future.status == "finished" else Outcome("lost")
        with self.lock:
            self.weights = outcome.weights
            self.seconds = outcome.seconds or (self.progress.seconds if self.progress else 0.0)
        match outcome.state:
            case "finished":
                self.enter(State.FINISHED)
            case "stopped":
                self.enter(State.STOPPED)
            case "failed":
                self.fail(outcome.message)
            case "lost":
                self.fail(_LOST.format(name=self.name) if engine.is_alive else _LOST_ENGINE)
