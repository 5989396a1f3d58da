"""One model's run: what the user requests of it, what its worker tells, and its way through the states."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from nncompare.comparison.state import State, transition
from nncompare.comparison.view import RunView
from nncompare.config import RunConfig
from nncompare.engine.fair_queue import QueuePosition
from nncompare.events import BatchHalved, Event
from nncompare.history import History
from nncompare.messages import Controls, Cursor, Outcome, Report, Setup, VisibleImages
from nncompare.store import RunRecord

STOP_GRACE_SECONDS = 30.0
_LOST = (
    "The worker process of model {name} ended unexpectedly; it may have run out of memory. "
    "The curves up to here are kept. Set a smaller memory budget, choose fewer channels, or end other programs; then "
    "train again."
)
_LOST_ENGINE = "The connection to the workers was lost. The curves up to here are kept. Train again."
_INTERRUPTED = "This run was interrupted after epoch {epoch:g}. Resume goes on from there."
_NOTHING_TO_GO_ON_FROM = "This run was interrupted before anything of it was saved. Resume begins it anew."
_HUNG = "Model {name} did not stop within {seconds:.0f} s; its worker was restarted. {rest}"
_BACK_AT = "It is back at epoch {epoch:g}, where it was saved last."
_NOTHING_SAVED = "The curves up to here are kept."


class ModelRun:
    """The run of one model from one seed; it lives on the event loop, and `view` is what others may read.

    `save` returns once a record is saved; the end of an epoch is told only then. `wake` is set whenever what is
    `requested` changes, or the worker is done. One that `is_left` waits, in the store, for somebody to go on with it.
    """

    def __init__(self, name: str, seed: int, config: RunConfig, save: Callable[[RunRecord], Awaitable[None]]) -> None:
        self.view = RunView(Setup(config), state=State.IDLE, name=name, seed=seed)
        self.requested = Controls()
        self.cursor = Cursor()  # how far it has heard its worker
        self.wake = asyncio.Event()
        self._save = save
        self._kept: RunView | None = None  # what was saved last from which it can go on
        self._was_saved = False
        self._stopped_at: float | None = None
        self._why_stopped = ""
        self.is_left = False

    @property
    def name(self) -> str:
        """The name of the model, "A" or "B"."""
        return self.view.name

    @property
    def state(self) -> State:
        """Where it is now."""
        return self.view.state

    @property
    def is_hung(self) -> bool:
        """Whether it should have stopped long ago."""
        return self._stopped_at is not None and time.monotonic() - self._stopped_at > STOP_GRACE_SECONDS

    def start(self, epochs: int | None = None) -> None:
        """Begin; with `epochs`, bring a run that has ended to so many in all.

        Where nothing is left to go on from, it begins with the first. A cycle of the learning rate begins again in any
        case.
        """
        if epochs is not None:
            goal = self.view.prolonged(self._kept, epochs)
            learned = {} if goal.checkpoint is not None else _NOTHING_LEARNED
            setup = replace(self.view.setup, config=goal.config)
            self._publish(setup=setup, checkpoint=goal.checkpoint, cycle_start=goal.cycle_start, **learned)
            self._kept = goal if goal.checkpoint is not None else None
            self._stopped_at, self._why_stopped = None, ""
            self.requested = Controls(shown=self.requested.shown)
        self._enter(State.PREPARING)

    def stop(self, why: str = "") -> None:
        """Request the end, with a sentence where it is not the user who wants that; what was learned is kept."""
        if self.state.can_stop:
            self._why_stopped, self._stopped_at = why, time.monotonic()
            self._enter(State.STOPPING)
        self._request(stop=True)

    def pause(self) -> None:
        """Request a pause; a run that is being prepared pauses as soon as it has begun."""
        if self.state.can_pause:
            self._enter(State.PAUSING)
        if self.state in (State.PREPARING, State.PAUSING):
            self._request(pause=True)

    def resume(self) -> None:
        """Let a paused run go on; nothing happens where there is none."""
        if self.state.can_resume:
            self._enter(State.PREPARING if self.view.is_suspended else State.RUNNING)
        self._request(pause=False)

    def show(self, shown: VisibleImages | None) -> None:
        """Request predictions of the images on the screen while the network learns."""
        self._request(shown=shown)

    def give_threads(self, threads: int) -> None:
        """Set how many threads the run has from now on."""
        self._publish(threads_now=threads)
        self._request(threads=threads)

    def wait_at(self, position: QueuePosition | None) -> None:
        """Publish where it stands in the queue; None when it waits no more."""
        if position != self.view.position:
            self._publish(position=position)

    async def rest(self, seconds: float | None = None) -> None:
        """Sleep until something else is requested or the worker is done, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        self.wake.clear()

    def begin(self, setup: Setup) -> None:
        """Begin, or go on, on a worker."""
        self.cursor = Cursor()
        self._publish(setup=setup, has_left_worker=False, placed_at=time.monotonic())
        if self.state is State.PREPARING:
            self._enter(State.RUNNING)
            if self.requested.pause:
                self._enter(State.PAUSING)

    async def take(self, report: Report) -> None:
        """Fold in what the worker tells; the end of an epoch is published only once it is saved."""
        history, events, plan = self.view.history, report.events, self.view.plan
        if report.snapshot is not None:
            saved = report.snapshot.events - self.cursor.events
            history, events = _extended(history, events[:saved]), events[saved:]
            self._kept = self.view.at_snapshot(report.snapshot, history)
            await self._save(self._kept)
        for event in report.events:
            plan = plan.halved() if plan is not None and isinstance(event, BatchHalved) else plan
        self._publish(
            setup=replace(self.view.setup, plan=plan),
            history=_extended(history, events),
            progress=report.progress or self.view.progress,
            test=report.test or self.view.test,
            shown=report.shown or self.view.shown,
        )
        self.cursor = report.cursor
        if report.is_paused and self.state is State.PAUSING:
            self._enter(State.PAUSED)

    async def end(self, outcome: Outcome, *, is_engine_alive: bool = True) -> None:
        """Publish how it ended, or left its worker; what a lost run had before is not lost with it."""
        self._publish(
            weights=outcome.weights or self.view.weights,
            checkpoint=outcome.checkpoint or self.view.checkpoint,
            seconds=outcome.seconds or max(self.view.seconds, self.view.trained_seconds),
            is_lost=outcome.state == "lost",
        )
        if outcome.checkpoint is not None:
            self._kept = self.view
        match outcome.state:
            case "finished":
                self._enter(State.FINISHED)
            case "stopped":
                self._enter(State.STOPPED, self._why_stopped)
            case "parked":
                self._suspend()
            case "failed":
                self._enter(State.FAILED, outcome.message)
            case "lost":
                self._enter(State.FAILED, _LOST.format(name=self.name) if is_engine_alive else _LOST_ENGINE)
        await self.save()

    async def end_hung(self) -> None:
        """Publish that it was ended together with its process: it is as it was saved last, and can go on."""
        rest = _NOTHING_SAVED
        if self._kept is not None:
            self.view = replace(self._kept, state=self.state, version=self.view.version)
            rest = _BACK_AT.format(epoch=self.view.epoch)
        self._publish(seconds=self.view.trained_seconds)
        self._enter(State.STOPPED, _HUNG.format(name=self.name, seconds=STOP_GRACE_SECONDS, rest=rest))
        await self.save()

    async def fail(self, message: str, *, is_lost: bool = False, is_refused: bool = False) -> None:
        """End a run that found no worker; from what was kept of it, it can go on another time.

        One that `is_lost` was interrupted also where nothing was kept yet.
        """
        self._publish(is_lost=is_lost or self._kept is not None, is_refused=is_refused or self.view.is_refused)
        self._enter(State.FAILED, message)
        await self.save()

    async def save(self) -> None:
        """Save how it stands."""
        self._was_saved = True
        await self._save(self.view.to_save(self._kept, is_left=self.is_left))

    async def save_again(self) -> None:
        """Save how it stands, if the store knows anything of it: epochs that were added outlive a crash."""
        if self._was_saved:
            await self.save()

    async def save_goal(self, epochs: int) -> None:
        """Save that so many epochs are requested of an ended run whose turn is to come: it may come after a crash."""
        if self.state.can_train_on:
            await self._save(replace(self.view.prolonged(self._kept, epochs), state=State.PREPARING))

    def restore(self, record: RunRecord | None) -> None:
        """Become what was saved; a run that was under way is suspended until Resume. None: nothing was saved."""
        if record is not None:
            self.view, self._was_saved = self.view.restored(record), True
            self._kept = self.view if self.view.checkpoint is not None else None
        if record is None or record.is_interrupted:
            self.requested = Controls(pause=True)
            message = _INTERRUPTED.format(epoch=self.view.epoch) if self._kept is not None else _NOTHING_TO_GO_ON_FROM
            self._publish(state=State.PAUSED, has_left_worker=True, message=message)

    def _suspend(self) -> None:
        """Publish that the run has left its worker; the user may have requested something else meanwhile."""
        self._publish(has_left_worker=True)
        match self.state:
            case State.PAUSING:
                self._enter(State.PAUSED)
            case State.RUNNING:  # resumed at the last moment
                for state in (State.PAUSING, State.PAUSED, State.PREPARING):
                    self._enter(state)

    def _request(self, **changes: Any) -> None:
        requested = replace(self.requested, **changes)
        if requested != self.requested:
            self.requested = requested
            self.wake.set()

    def _enter(self, state: State, message: str = "") -> None:
        self._publish(state=transition(self.state, state), message=message)

    def _publish(self, **changes: Any) -> None:
        self.view = replace(self.view, **{**changes, "version": self.view.version + 1})


_NOTHING_LEARNED: dict[str, Any] = {"history": History(), "progress": None, "test": None, "shown": None}


def _extended(history: History, events: Sequence[Event]) -> History:
    """Return a history with these events at its end; what was published before stays as it was."""
    if not events:
        return history
    longer = history.copy()
    longer.extend(events)
    return longer
