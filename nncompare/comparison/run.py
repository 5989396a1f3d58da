"""One model's run, as the kernel sees it: its state, what is known of it, and what the user wants of it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from nncompare.comparison.follower import Follower
from nncompare.comparison.records import go_back, known_now, present_record, take_over, wished
from nncompare.comparison.state import State, follow
from nncompare.config import Precision, RunConfig
from nncompare.engine.client import Engine, Slot
from nncompare.engine.fair_queue import QueuePosition
from nncompare.history import History
from nncompare.memory import Plan
from nncompare.messages import (
    Assignment,
    BatchHalved,
    Checkpoint,
    Controls,
    Event,
    Outcome,
    Prediction,
    Progress,
    Report,
    Snapshot,
    VisibleImages,
    Weights,
)
from nncompare.store import RunRecord

STOP_GRACE_SECONDS = 30.0
_MOST_HURRIED_SECONDS = 3.0
_SECONDS_TO_WARM_UP = 3.0
_LOST = (
    "The worker process of model {name} ended unexpectedly; it may have run out of memory. "
    "The curves up to here are kept. Set a smaller memory budget, choose fewer channels, or end other programs; then "
    "train again."
)
_LOST_ENGINE = "The connection to the workers was lost. The curves up to here are kept. Train again."
_INTERRUPTED = "This run was interrupted after epoch {epoch:g}. Resume goes on from there."
_BEGINS_ANEW = "This run was interrupted before anything of it was saved. Resume begins it anew."
_HUNG = "Model {name} did not stop within {seconds:.0f} s; its worker was restarted. {rest}"
_BACK_AT = "It is back at epoch {epoch:g}, where it was saved last."
_NOTHING_SAVED = "The curves up to here are kept."


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
    was_saved : bool
        Whether the store knows anything of it.
    wanted : Controls
        What the user wants of it now.
    wish : threading.Event
        Set whenever that changes, or the worker is done.
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
    place: QueuePosition | None = None
    cycle_start: float = 0.0
    is_refused: bool = False
    is_lost: bool = False
    on_save: Callable[[RunRecord], None] = lambda _: None
    kept: RunRecord | None = None
    was_saved: bool = False
    version: int = 0
    wanted: Controls = field(default_factory=Controls)
    wish: threading.Event = field(default_factory=threading.Event)
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
        return self.wanted.stop

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

    def wait_at(self, place: QueuePosition | None) -> None:
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
            self._want(replace(self.wanted, stop=True))

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
                self._want(replace(self.wanted, pause=True))

    def resume(self) -> None:
        """Let a paused run go on; nothing happens where there is none."""
        with self.lock:
            if self.state.can_resume:
                self.enter(State.PREPARING if self.is_parked else State.RUNNING)
            self._want(replace(self.wanted, pause=False))

    def train_to(self, epochs: int) -> None:
        """Bring a run that has ended to so many epochs in all.

        Where nothing is left to go on from, it begins anew. A cycle of the learning rate begins anew in any case.
        """
        with self.lock:
            if not self.state.can_train_on:
                return
            wish = wished(self, epochs)
            self.config, self.checkpoint, self.cycle_start = wish.config, wish.checkpoint, wish.cycle_start
            if self.checkpoint is None:
                self.history, self.progress, self.test, self.shown = History(), None, None, None
            self.kept = wish if self.checkpoint is not None else None
            self.enter(State.PREPARING)
            self._stopped_at, self.why_stopped = None, ""
            self.wanted = Controls(shown=self.wanted.shown)

    def save_wish(self, epochs: int) -> None:
        """Save that so many epochs are wanted of a run whose turn is to come: it may come after a crash."""
        with self.lock:
            record = replace(wished(self, epochs), state=State.PREPARING.value) if self.state.can_train_on else None
        if record is not None:
            self.on_save(record)

    def show(self, shown: VisibleImages | None) -> None:
        """Say which images are on the screen, so that they are predicted while the network learns."""
        with self.lock:
            self._want(replace(self.wanted, shown=shown))

    def give_threads(self, threads: int) -> None:
        """Say how many threads the run has from now on."""
        with self.lock:
            self.threads_now = threads
            self.version += 1
            self._want(replace(self.wanted, threads=threads))

    def wait_while_parked(self) -> None:
        """Sleep until the user wants to go on or to end."""
        while self.is_parked:
            self.wish.wait()
            self.wish.clear()

    def follow(self, engine: Engine, slot: Slot, assignment: Assignment) -> bool:
        """Train on `slot`, and come back when the run is over or parked; say whether it is parked."""
        with self.lock:
            setup = assignment.setup
            self.plan, self.device = setup.plan, setup.device
            self.threads, self.precision = setup.threads, setup.precision
            self._has_left_worker, self._placed_at = False, time.monotonic()
            if self.state is State.PREPARING:
                self.enter(State.RUNNING)
                if self.wanted.pause:
                    self.enter(State.PAUSING)
        Follower(self, engine, slot, assignment).follow()
        self.save()
        return self._has_left_worker

    def restore(self, record: RunRecord | None) -> None:
        """Become what was saved; a run that was under way waits, parked, for the user. None: nothing was saved."""
        with self.lock:
            if record is not None:
                take_over(self, record)
            if record is None or record.is_interrupted:
                self.state, self._has_left_worker = State.PAUSED, True
                self.wanted = Controls(pause=True)
                self.message = _INTERRUPTED.format(epoch=self.epoch) if self.kept is not None else _BEGINS_ANEW
            self.version += 1

    def save(self) -> None:
        """Save how the run stands."""
        with self.lock:
            record = present_record(self, is_left=self._is_left)
            self.was_saved = True
        self.on_save(record)

    def save_snapshot(self, snapshot: Snapshot, events: tuple[Event, ...]) -> None:
        """Save a state of the run, together with the events up to there, before they are told here."""
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
            record.history.extend(events)
            self.kept = record
        self.on_save(record)

    def take(self, report: Report) -> None:
        """Take note of what the worker tells."""
        with self.lock:
            self.history.extend(report.events)
            for event in report.events:
                if isinstance(event, BatchHalved) and self.plan is not None:
                    self.plan = self.plan.halved()
            self.progress = report.progress or self.progress
            self.test = report.test or self.test
            self.shown = report.shown or self.shown
            if report.is_paused and self.state is State.PAUSING:
                self.enter(State.PAUSED)
            self.version += 1

    @property
    def is_hung(self) -> bool:
        """Say whether it should have stopped long ago."""
        return self._stopped_at is not None and time.monotonic() - self._stopped_at > STOP_GRACE_SECONDS

    def end_hung(self) -> None:
        """Take note that the run was ended together with its process: it is as it was saved last, and can go on."""
        with self.lock:
            rest = _NOTHING_SAVED
            if self.kept is not None:
                go_back(self, self.kept)
                rest = _BACK_AT.format(epoch=self.epoch)
            self.seconds = self.progress.seconds if self.progress else 0.0
            self.enter(State.STOPPED, _HUNG.format(name=self.name, seconds=STOP_GRACE_SECONDS, rest=rest))

    def end(self, outcome: Outcome, *, is_engine_alive: bool) -> None:
        """Take note of how it ended, or left its worker; what a lost run had before is not lost with it."""
        with self.lock:
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
                    self.fail(_LOST.format(name=self.name) if is_engine_alive else _LOST_ENGINE)

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
        if controls != self.wanted:
            self.wanted = controls
            self.wish.set()

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
