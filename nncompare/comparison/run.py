"""One model's run, as the kernel sees it: placed on a worker, followed four times a second, and its end."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nncompare.comparison.engine import Engine, Slot
from nncompare.comparison.records import known_now, present_record, take_over
from nncompare.comparison.state import State, follow
from nncompare.config import Precision, RunConfig
from nncompare.events import BatchHalved, Event
from nncompare.history import History
from nncompare.memory import Plan
from nncompare.queue.line import Place
from nncompare.store import RunRecord
from nncompare.training.checkpoint import Checkpoint, Weights
from nncompare.training.desk import Controls, Prediction, Progress, Report, Seen, Shown, Snapshot
from nncompare.training.worker import Assignment, Outcome, exchange, run_training

if TYPE_CHECKING:
    from distributed import Future

EXCHANGE_SECONDS = 0.25
# While the first point is about to come: somebody has just pressed Train, and waits.
_HURRIED_EXCHANGE_SECONDS, _MOST_HURRIED_SECONDS = 0.05, 3.0
STOP_GRACE_SECONDS = 30.0
_LAST_TRIES = 3
_SECONDS_TO_WARM_UP = 3.0
_LOST = (
    "The worker process of model {name} ended unexpectedly; it may have run out of memory. "
    "The curves up to here are kept. Set a smaller memory budget, choose fewer channels, or end other programs; then "
    "train again."
)
_LOST_ENGINE = "The connection to the workers was lost. The curves up to here are kept. Train again."
_INTERRUPTED = "This run was interrupted after epoch {epoch:g}. Resume goes on from there."
_BEGINS_ANEW = "This run was interrupted before anything of it was saved. Resume begins it anew."
_HUNG = "Model {name} did not stop within {seconds:.0f} s; its worker was restarted. The curves up to here are kept."


@dataclass
class ModelRun:
    """What is known of one model's run; `lock` guards everything that grows.

    Attributes
    ----------
    name : str
        "A" or "B".
    checkpoint : Checkpoint, optional
        From here the run can go on, in any worker: after a long pause, after a stop, and after its end.
    test, shown : Prediction, optional
        The newest probabilities for the whole test set, and for the images on the screen.
    threads, threads_now : int
        With how many threads the run began, and how many it has now, where another one has left it more.
    why_stopped : str
        Why it had to end, in a sentence, where it was not the user who wanted that.
    place : Place, optional
        Where it stands in line while it waits for a worker.
    cycle_start : float
        The epoch at which the present cycle of the learning rate began, where it has one.
    is_refused : bool
        Whether it failed because its settings ask for what is not there.
    is_lost : bool
        Whether it failed because it lost its worker, or found none: from what was saved of it, it can go on.
    on_save : callable
        Is given what is to be saved, and returns when it is; the end of an epoch is told only then.
    kept : RunRecord, optional
        What was saved last from which it can go on.
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
    threads_now: int = 0
    precision: Precision | None = None
    history: History = field(default_factory=History)
    progress: Progress | None = None
    test: Prediction | None = None
    shown: Prediction | None = None
    weights: Weights | None = None
    checkpoint: Checkpoint | None = None
    seconds: float = 0.0
    message: str = ""
    why_stopped: str = ""
    place: Place | None = None
    cycle_start: float = 0.0
    is_refused: bool = False
    is_lost: bool = False
    on_save: Callable[[RunRecord], None] = lambda _: None
    kept: RunRecord | None = None
    version: int = 0
    _seen: Seen = field(default_factory=Seen)
    _wanted: Controls = field(default_factory=Controls)
    _wish: threading.Event = field(default_factory=threading.Event)
    _placed_at: float = 0.0
    _stopped_at: float | None = None
    _has_left_worker: bool = False
    _is_left: bool = False

    @property
    def epoch(self) -> float:
        """Epochs done, such as 1.5."""
        return self.progress.epoch if self.progress is not None else 0.0

    @property
    def is_parked(self) -> bool:
        """Say whether a long pause has made the run leave its worker."""
        return self.state is State.PAUSED and self._has_left_worker

    @property
    def is_unwanted(self) -> bool:
        """Say whether the user has asked for the end."""
        return self._wanted.stop

    @property
    def expects_first_point(self) -> bool:
        """Say whether it has just begun, with an empty curve; a step that takes long is not awaited."""
        is_new = time.monotonic() - self._placed_at < _MOST_HURRIED_SECONDS
        return is_new and self.state is State.RUNNING and not self.history.train.epoch

    @property
    def seconds_left(self) -> float | None:
        """How long it will still train; None where that cannot be told."""
        progress = self.progress
        if progress is None or self.state is not State.RUNNING or progress.seconds < _SECONDS_TO_WARM_UP:
            return None
        return progress.seconds * (self.config.epochs / max(self.epoch, 1e-9) - 1)

    def wait_at(self, place: Place | None) -> None:
        """Take note of where the run stands in line; None when it waits no more."""
        with self.lock:
            if place != self.place:
                self.place = place
                self.version += 1

    def enter(self, state: State, message: str = "") -> None:
        """Go to another state, with a sentence for the user where there is one."""
        with self.lock:
            self.state = follow(self.state, state)
            self.message = message
            self.version += 1

    def stop(self, why: str = "") -> None:
        """Ask the run to end, with a sentence where it is not the user who wants that; what it has learned is kept."""
        with self.lock:
            if self.state.can_stop:
                self.why_stopped = why
                self.enter(State.STOPPING)
                self._stopped_at = time.monotonic()
            self._want(replace(self._wanted, stop=True))

    def leave(self) -> None:
        """Ask the run to end here, but to wait in the store for somebody to go on."""
        self._is_left = True
        self.stop()

    def pause(self) -> None:
        """Ask the run to wait; one that is being prepared waits as soon as it has begun."""
        with self.lock:
            if self.state.can_pause:
                self.enter(State.PAUSING)
            if self.state in (State.PREPARING, State.PAUSING):
                self._want(replace(self._wanted, pause=True))

    def resume(self) -> None:
        """Let a paused run go on; nothing happens where there is none."""
        with self.lock:
            if self.state.can_resume:
                self.enter(State.PREPARING if self.is_parked else State.RUNNING)
            self._want(replace(self._wanted, pause=False))

    def train_to(self, epochs: int) -> None:
        """Bring a run that has ended to so many epochs in all.

        Where nothing is left to go on from, it begins anew. A cycle of the learning rate begins anew in any case.
        """
        with self.lock:
            if not self.state.can_train_on:
                return
            wish = self._wish_for(epochs)
            self.config, self.checkpoint, self.cycle_start = wish.config, wish.checkpoint, wish.cycle_start
            if self.checkpoint is None:
                self.history, self.progress, self.test, self.shown = History(), None, None, None
            self.kept = wish if self.checkpoint is not None else None
            self.enter(State.PREPARING)
            self._stopped_at, self.why_stopped = None, ""
            self._wanted = Controls(shown=self._wanted.shown)

    def save_wish(self, epochs: int) -> None:
        """Save that so many epochs are wanted of a run whose turn is to come: it may come after a crash."""
        with self.lock:
            record = replace(self._wish_for(epochs), state=State.PREPARING.value) if self.state.can_train_on else None
        if record is not None:
            self.on_save(record)

    def _wish_for(self, epochs: int) -> RunRecord:
        """Give the state from which the run goes on to so many epochs."""
        config = self.config.model_copy(update={"epochs": max(epochs, math.ceil(self.epoch))})
        checkpoint, cycle_start = self.checkpoint, self.cycle_start
        if checkpoint is not None and config.schedule == "one-cycle":
            checkpoint, cycle_start = replace(checkpoint, cycle_start=checkpoint.position.images), self.epoch
        kept = self.kept if checkpoint is not None else None
        return replace(
            kept or RunRecord(config, self.state.value),
            config=config,
            checkpoint=checkpoint,
            cycle_start=cycle_start,
            seconds=self.seconds,
        )

    def show(self, shown: Shown | None) -> None:
        """Say which images are on the screen, so that they are predicted while the network learns."""
        with self.lock:
            self._want(replace(self._wanted, shown=shown))

    def give_threads(self, threads: int) -> None:
        """Say how many threads the run has from now on."""
        with self.lock:
            self.threads_now = threads
            self.version += 1
            self._want(replace(self._wanted, threads=threads))

    def wait_while_parked(self) -> None:
        """Sleep until the user wants to go on or to end."""
        while self.is_parked:
            self._wish.wait()
            self._wish.clear()

    def follow(self, engine: Engine, slot: Slot, assignment: Assignment) -> bool:
        """Train on `slot`, and come back when the run is over or parked; say whether it is parked."""
        with self.lock:
            self.plan, self.device = assignment.plan, assignment.device
            self.threads, self.precision = assignment.threads, assignment.precision
            self._seen, self._has_left_worker = Seen(), False
            self._placed_at = time.monotonic()
            if self.state is State.PREPARING:
                self.enter(State.RUNNING)
                if self._wanted.pause:
                    self.enter(State.PAUSING)
        future = engine.submit(run_training, assignment, address=slot.address, key=f"train-{assignment.run}")
        future.add_done_callback(lambda _: self._wish.set())
        try:
            self._watch(engine, slot, assignment, future)
        except BaseException:  # a mistake of ours must not leave a run behind that nobody watches
            engine.restart(slot.address)
            raise
        self.save()
        return self._has_left_worker

    def restore(self, record: RunRecord | None) -> None:
        """Become what was saved; a run that was under way waits, parked, for the user. None: nothing was saved."""
        with self.lock:
            if record is not None:
                take_over(self, record)
            if record is None or record.is_interrupted:
                self.state, self._has_left_worker = State.PAUSED, True
                self._wanted = Controls(pause=True)
                self.message = _INTERRUPTED.format(epoch=self.epoch) if self.kept is not None else _BEGINS_ANEW
            self.version += 1

    def save(self) -> None:
        """Save how the run stands."""
        with self.lock:
            record = present_record(self, is_left=self._is_left)
        self.on_save(record)

    def _watch(self, engine: Engine, slot: Slot, assignment: Assignment, future: "Future[Any]") -> None:
        while not future.done():
            self._wish.wait(_HURRIED_EXCHANGE_SECONDS if self.expects_first_point else EXCHANGE_SECONDS)
            self._wish.clear()
            engine.expect(slot.address, self.seconds_left)
            if not self._exchange(engine, slot, assignment.run) and self._lost_its_worker(engine, slot, future):
                future.cancel()
                break
            if self._is_hung():
                self._end_hung(engine, slot, future)
                return
        if future.status == "finished":
            any(self._exchange(engine, slot, assignment.run) for _ in range(_LAST_TRIES))
        self._end(engine, future)

    def fail(self, message: str) -> None:
        """End the run with an error."""
        self.enter(State.FAILED, message)

    def break_off(self, message: str, *, is_lost: bool = False) -> None:
        """End a run that found no worker; another time it can go on from what was kept.

        One that `is_lost` was interrupted also where nothing was kept yet.
        """
        with self.lock:
            self.is_lost = is_lost or self.kept is not None
            self.fail(message)
        self.save()

    def _want(self, controls: Controls) -> None:
        """Take over the user's wishes, and send them at once."""
        if controls != self._wanted:
            self._wanted = controls
            self._wish.set()

    def _exchange(self, engine: Engine, slot: Slot, run: str) -> bool:
        with self.lock:
            seen, wanted = self._seen, self._wanted
        try:
            report = engine.ask(exchange, run, seen, wanted, address=slot.address)
        except Exception:  # whatever it is, the worker did not answer; whether it is lost is asked elsewhere
            return False
        if report is not None:
            self._take(report)
        return True

    def _take(self, report: Report) -> None:
        if report.snapshot is not None:
            self._save_snapshot(report.snapshot, report.events)
        with self.lock:
            self.history.extend(report.events)
            for event in report.events:
                if isinstance(event, BatchHalved) and self.plan is not None:
                    self.plan = self.plan.halved()
            self.progress = report.progress or self.progress
            self.test = report.test or self.test
            self.shown = report.shown or self.shown
            self._seen = Seen(
                self._seen.events + len(report.events),
                report.test.version if report.test else self._seen.test,
                report.shown.version if report.shown else self._seen.shown,
                report.snapshot.number if report.snapshot else self._seen.snapshot,
            )
            if report.is_paused and self.state is State.PAUSING:
                self.enter(State.PAUSED)
            self.version += 1

    def _save_snapshot(self, snapshot: Snapshot, events: tuple[Event, ...]) -> None:
        """Save a state of the run together with what was told up to there, before that is told here."""
        checkpoint = snapshot.checkpoint
        with self.lock:
            record = replace(
                known_now(self),
                plan=checkpoint.plan,
                progress=snapshot.progress,
                test=snapshot.test,
                weights=checkpoint.weights,
                checkpoint=checkpoint,
            )
            record.history.extend(events[: snapshot.events - self._seen.events])
            self.kept = record
        self.on_save(record)

    def _lost_its_worker(self, engine: Engine, slot: Slot, future: "Future[Any]") -> bool:
        if future.done():
            return False
        if not engine.is_alive:
            return True
        try:
            return not engine.has_worker(slot.address)
        except Exception:  # not even the scheduler answers
            return not engine.is_alive

    def _is_hung(self) -> bool:
        return self._stopped_at is not None and time.monotonic() - self._stopped_at > STOP_GRACE_SECONDS

    def _end_hung(self, engine: Engine, slot: Slot, future: "Future[Any]") -> None:
        """A step that takes too long to wait for its end is ended with its process; nothing else could end it."""
        future.cancel()
        engine.restart(slot.address)
        with self.lock:
            self.seconds = self.progress.seconds if self.progress else 0.0
            self.enter(State.STOPPED, _HUNG.format(name=self.name, seconds=STOP_GRACE_SECONDS))

    def _end(self, engine: Engine, future: "Future[Any]") -> None:
        outcome = future.result() if future.status == "finished" else Outcome("lost")
        with self.lock:
            # What a lost run had before is not lost with it.
            self.weights = outcome.weights or self.weights
            self.checkpoint = outcome.checkpoint or self.checkpoint
            self.seconds = outcome.seconds or (self.progress.seconds if self.progress else 0.0)
            self.is_lost = outcome.state == "lost"
            if outcome.checkpoint is not None:
                self.kept = known_now(self)
            match outcome.state:
                case "finished":
                    self.enter(State.FINISHED)
                case "stopped":
                    self.enter(State.STOPPED, self.why_stopped)
                case "parked":
                    self._park()
                case "failed":
                    self.fail(outcome.message)
                case "lost":
                    self.fail(_LOST.format(name=self.name) if engine.is_alive else _LOST_ENGINE)

    def _park(self) -> None:
        """Take note that the run has left its worker; the user may want something else meanwhile."""
        self._has_left_worker = True
        match self.state:
            case State.PAUSING:
                self.enter(State.PAUSED)
            case State.RUNNING:  # resumed at the last moment
                self.enter(State.PAUSING)
                self.enter(State.PAUSED)
                self.enter(State.PREPARING)
