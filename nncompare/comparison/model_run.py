"""One model's run: what the user requests of it, what its worker tells, and its way through the states."""

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from nncompare.comparison import endings
from nncompare.comparison.state import State, transition
from nncompare.comparison.view import RunView
from nncompare.config import RunConfig
from nncompare.events import BatchHalved, Event
from nncompare.history import History
from nncompare.inspection import NetworkState
from nncompare.messages import BROKE_OFF, Controls, Cursor, LiveWeights, Outcome, Report, Setup
from nncompare.store import RunRecord

STOP_GRACE_SECONDS = 30.0

# What becomes of a run that leaves its worker; one that runs was resumed at the last moment.
_WITHOUT_WORKER = {State.PAUSING: (State.PAUSED,), State.RUNNING: (State.PAUSING, State.PAUSED, State.PREPARING)}


class ModelRun:
    """The run of one model from one seed; it lives on the event loop, and `view` is what others may read.

    `save` returns once a record is saved; the end of an epoch is told only then. `wake` is set whenever what is
    `requested` changes, or the worker is done.
    """

    def __init__(self, name: str, seed: int, config: RunConfig, save: Callable[[RunRecord], Awaitable[None]]) -> None:
        self.name = name
        self.view = RunView(Setup(config), state=State.IDLE, name=name, seed=seed)
        self.requested = Controls()
        self.cursor = Cursor()  # how far it has heard its worker
        self.wake = asyncio.Event()
        self._save = save
        self._kept = self.view  # where it can go on: its last checkpoint, or the beginning
        self._live: LiveWeights | None = None  # as its worker told last
        self.memory_left = 1.0  # as its worker told last
        self.stop_deadline = math.inf  # when it should have stopped, in seconds of the monotonic clock
        self._why_stopped = ""

    @property
    def state(self) -> State:
        """Where it is now."""
        return self.view.state

    @property
    def network(self) -> NetworkState | None:
        """The network as it is now, or was when it was heard of last; None before that. Any thread may ask."""
        view, kept, live = self.view, self._kept.network, self._live
        if view.state.is_over and view.network is not None:
            return view.network
        if live is None or (kept is not None and kept.epoch >= live.epoch):
            return kept
        return NetworkState(self.name, view.setup, live.weights, live.epoch, live.key)

    def start(self, epochs: int | None = None) -> None:
        """Begin; with `epochs`, bring a run that has ended to so many in all, from what was kept of it."""
        if epochs is not None:
            self._kept = self._prolonged(epochs)
            setup = replace(self.view.setup, config=self._kept.config)
            self.view = replace(self._kept, setup=setup, state=self.state, version=self.view.version)
            self.stop_deadline, self._why_stopped = math.inf, ""
            self.requested = Controls(shown=self.requested.shown, explore=self.requested.explore)
        self._enter(State.PREPARING)

    def stop(self, why: str = "") -> None:
        """Request the end, with a sentence where it is not the user who wants that; what was learned is kept."""
        if self.state.can_stop:
            self.stop_deadline, self._why_stopped = time.monotonic() + STOP_GRACE_SECONDS, why
            self._enter(State.STOPPING)
        self.request(stop=True)

    def pause(self) -> None:
        """Request a pause; a run that is being prepared pauses as soon as it has begun."""
        if self.state.can_pause:
            self._enter(State.PAUSING)
        if self.state in (State.PREPARING, State.PAUSING):
            self.request(pause=True)

    def resume(self) -> None:
        """Let a paused run go on; nothing happens where there is none."""
        if self.state.can_resume:
            self._enter(State.PREPARING if self.view.is_suspended else State.RUNNING)
        self.request(pause=False)

    def request(self, **changes: Any) -> None:
        """Request something else of its worker: fields of `Controls`."""
        requested = replace(self.requested, **changes)
        if requested != self.requested:
            self.requested = requested
            self.wake.set()

    def tell(self, **news: Any) -> None:
        """Publish fields of its view, if they are news: where it stands in the queue, for how long it was not heard."""
        if any(getattr(self.view, name) != value for name, value in news.items()):
            self._publish(**news)

    async def rest(self, seconds: float | None = None) -> None:
        """Sleep until something else is requested or the worker is done, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        self.wake.clear()

    def begin(self, setup: Setup) -> None:
        """Begin, or go on, on a worker."""
        self.cursor, self._live = Cursor(), None
        self._publish(setup=setup, has_left_worker=False, placed_at=time.monotonic())
        if self.state is State.PREPARING:
            self._enter(State.RUNNING)
            if self.requested.pause:
                self._enter(State.PAUSING)

    async def take(self, report: Report) -> None:
        """Fold in what the worker tells; the end of an epoch is published only once it is saved."""
        setup, history, events = self.view.setup, self.view.history, report.events
        if (snapshot := report.snapshot) is not None:
            saved = snapshot.events - self.cursor.events
            history, events = _extended(history, events[:saved]), events[saved:]
            known = replace(self.view, history=history, progress=snapshot.progress, test=snapshot.test)
            checkpoint, setup_then = snapshot.checkpoint, replace(setup, plan=snapshot.checkpoint.plan)
            self._kept = replace(known, setup=setup_then, weights=checkpoint.weights, checkpoint=checkpoint)
            told = tuple(one for one in (self.view.test, *report.earlier) if one is not None)
            await self._save(replace(self._kept, earlier=told))
        for event in report.events:
            if setup.plan is not None and isinstance(event, BatchHalved):
                setup = replace(setup, plan=setup.plan.halved())
        news = {name: found for name in ("progress", "test", "shown") if (found := getattr(report, name)) is not None}
        self._publish(setup=setup, history=_extended(history, events), **news)
        self.cursor, self.memory_left, self._live = report.cursor, report.memory_left, report.live or self._live
        if report.is_paused and self.state is State.PAUSING:
            self._enter(State.PAUSED)

    async def end(self, outcome: Outcome) -> None:
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
            case "suspended":
                self._publish(has_left_worker=True)
                for state in _WITHOUT_WORKER.get(self.state, ()):
                    self._enter(state)
            case "lost":
                self._enter(State.FAILED, outcome.message or self._lost(endings.worker_ended(self.name)))
            case "stopped":
                self._enter(State.STOPPED, self._why_stopped)
            case "finished" | "failed":
                named = outcome.message.replace(BROKE_OFF, f"Training of model {self.name} broke off", 1)
                self._enter(State(outcome.state), named)
        await self.save()

    async def lose(self, what: str, *, was_memory_short: bool = False) -> None:
        """Publish `what` happened to its worker; it can go on another time."""
        await self.end(Outcome("lost", self._lost(what, was_memory_short=was_memory_short)))

    async def end_hung(self, *, is_restarted: bool = True) -> None:
        """Publish that it was ended together with its process: it is as it was saved last, and can go on."""
        if self._kept.checkpoint is not None:
            self.view = replace(self._kept, state=self.state, version=self.view.version)
        message = endings.hung(self.name, STOP_GRACE_SECONDS, self._saved_epoch, is_restarted=is_restarted)
        self._enter(State.STOPPED, message, seconds=self.view.trained_seconds)
        await self.save()

    async def fail(self, message: str, *, is_lost: bool = False, is_refused: bool = False) -> None:
        """End a run that found no worker; it can go on another time if it `is_lost`, or from what was kept of it."""
        is_lost, is_refused = is_lost or self._kept.checkpoint is not None, is_refused or self.view.is_refused
        self._enter(State.FAILED, message, is_lost=is_lost, is_refused=is_refused)
        await self.save()

    async def save(self) -> None:
        """Save where it can go on, and how it stands; a run that failed for good keeps all that was learned."""
        view, kept = self.view, self._kept
        if view.state is State.FAILED and not view.is_lost:
            kept = replace(view, weights=view.weights or kept.weights, checkpoint=None)
        known = {name: getattr(view, name) for name in ("state", "message", "is_lost", "is_refused", "seconds")}
        await self._save(replace(kept, setup=replace(kept.setup, config=view.config), **known))

    async def save_goal(self, epochs: int) -> None:
        """Save that so many epochs are requested of an ended run whose turn is to come: it may come after a crash."""
        if self.state.can_train_on:
            await self._save(replace(self._prolonged(epochs), state=State.PREPARING))

    def restore(self, record: RunRecord | None) -> None:
        """Become what was saved; a run that was under way is suspended until Resume. None: nothing was saved."""
        if record is not None:
            known = {**vars(record), "state": State(record.state), "is_lost": False}
            if record.is_interrupted and record.checkpoint is None:  # only the settings are of use
                known = {"setup": Setup(record.config), "seconds": record.seconds, "is_refused": record.is_refused}
            self._publish(**known)
            self._kept = self.view if self.view.checkpoint is not None else self._kept
        if record is None or record.is_interrupted:
            self.requested = replace(self.requested, pause=True)
            message = endings.interrupted(self._saved_epoch)
            self._publish(state=State.PAUSED, has_left_worker=True, message=message)

    @property
    def _saved_epoch(self) -> float | None:
        return self._kept.epoch if self._kept.checkpoint is not None else None

    def _lost(self, what: str, *, was_memory_short: bool = False) -> str:
        return endings.lost(what, self._saved_epoch, was_memory_short=was_memory_short)

    def _prolonged(self, epochs: int) -> RunView:
        config = self.view.config.model_copy(update={"epochs": max(epochs, math.ceil(self.view.epoch))})
        goal = replace(self._kept, setup=replace(self._kept.setup, config=config), seconds=self.view.seconds)
        if goal.checkpoint is None or config.schedule != "one-cycle":
            return goal
        checkpoint = replace(goal.checkpoint, cycle_start=goal.checkpoint.position.images)
        return replace(goal, checkpoint=checkpoint, cycle_start=self.view.epoch)

    def _enter(self, state: State, message: str = "", **changes: Any) -> None:
        self._publish(state=transition(self.state, state), message=message, **changes)

    def _publish(self, **changes: Any) -> None:
        self.view = replace(self.view, **{**changes, "version": self.view.version + 1})


def _extended(history: History, events: Sequence[Event]) -> History:
    longer = history.copy() if events else history  # what was published before stays as it was
    longer.extend(events)
    return longer
