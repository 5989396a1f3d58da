"""What is saved of a run, made of what is known of it and of what was saved last from which it can go on."""

import math
from dataclasses import replace

from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.history import History
from nncompare.messages import Setup, Snapshot
from nncompare.store import RunRecord


def present(now: RunView, kept: RunView | None, *, is_left: bool) -> RunRecord:
    """Return what to save of a run as it stands: what it can go on from, if anything, and its state.

    A run that failed for good keeps its whole history, and the last weights that were good. One that was left by its
    user is no longer trained, but has not ended.
    """
    kept = kept or RunView(Setup(now.config), state=State.IDLE)
    if now.state is State.FAILED and not now.is_lost:
        kept = replace(now, weights=now.weights or kept.weights, checkpoint=None)
    return replace(
        kept,
        setup=replace(kept.setup, config=now.config),
        state=State.PAUSED if is_left and now.state is State.STOPPED else now.state,
        message=now.message,
        is_lost=now.is_lost,
        is_refused=now.is_refused,
        seconds=now.seconds,
    )


def prolonged(now: RunView, kept: RunView | None, epochs: int) -> RunView:
    """Return the state from which an ended run goes on to so many epochs in all; a cycle of its rate begins again."""
    config = now.config.model_copy(update={"epochs": max(epochs, math.ceil(now.epoch))})
    checkpoint, cycle_start = now.checkpoint, now.cycle_start
    if checkpoint is not None and config.schedule == "one-cycle":
        checkpoint, cycle_start = replace(checkpoint, cycle_start=checkpoint.position.images), now.epoch
    base = (kept if checkpoint is not None else None) or RunView(Setup(config), state=now.state)
    setup = replace(base.setup, config=config)
    return replace(base, setup=setup, checkpoint=checkpoint, cycle_start=cycle_start, seconds=now.seconds)


def at_snapshot(now: RunView, snapshot: Snapshot, history: History) -> RunView:
    """Return what was known of a run at a snapshot, with the events up to there in its history."""
    checkpoint = snapshot.checkpoint
    return replace(
        now,
        setup=replace(now.setup, plan=checkpoint.plan),
        progress=snapshot.progress,
        history=history,
        test=snapshot.test,
        weights=checkpoint.weights,
        checkpoint=checkpoint,
    )


def restored(fresh: RunView, record: RunRecord) -> RunView:
    """Return a run as it was saved; of one that was interrupted without a checkpoint only the settings are of use."""
    saved = RunView(**{**vars(record), "state": State(record.state)}, name=fresh.name, seed=fresh.seed)
    if record.is_interrupted and record.checkpoint is None:
        setup = Setup(record.config)
        return replace(fresh, setup=setup, state=saved.state, **{name: getattr(record, name) for name in _OF_AN_END})
    return replace(saved, is_lost=False)


_OF_AN_END = ("message", "seconds", "is_refused")
