"""What is saved of a run, and how a run becomes again what was saved."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nncompare.comparison.state import State
from nncompare.store import RunRecord

if TYPE_CHECKING:
    from nncompare.comparison.run import ModelRun

_SAME = ("plan", "device", "threads", "precision", "cycle_start", "progress", "test", "weights", "checkpoint")


def known_now(run: "ModelRun") -> RunRecord:
    """Gather all that is known of a run; its history need not be of the same step as its checkpoint."""
    values = {name: getattr(run, name) for name in _SAME}
    return RunRecord(run.config, run.state.value, history=run.history.copy(), **values)


def present_record(run: "ModelRun", *, is_left: bool) -> RunRecord:
    """Give what to save of a run as it stands: what it can go on from, if anything, and its state.

    A run that failed for good keeps its whole history, and the last weights that were good. One that was left by its
    user is no longer trained, but has not ended.
    """
    kept = run.kept or RunRecord(run.config, "idle")
    if run.state is State.FAILED and not run.is_lost:
        kept = replace(known_now(run), weights=run.weights or kept.weights, checkpoint=None)
    return replace(
        kept,
        config=run.config,
        state="paused" if is_left and run.state is State.STOPPED else run.state.value,
        message=run.message,
        is_lost=run.is_lost,
        is_refused=run.is_refused,
        seconds=run.seconds,
    )


def take_over(run: "ModelRun", record: RunRecord) -> None:
    """Make of a fresh run what was saved; of one that has nothing to go on from, only the settings."""
    run.config, run.state, run.message = record.config, State(record.state), record.message
    run.is_refused, run.seconds, run.was_saved = record.is_refused, record.seconds, True
    if record.is_interrupted and record.checkpoint is None:
        return
    run.kept = record if record.checkpoint is not None else None
    go_back(run, record)


def go_back(run: "ModelRun", record: RunRecord) -> None:
    """Have a run know what was known of it when a record was made, and no more."""
    run.history = record.history.copy()
    for name in _SAME:
        setattr(run, name, getattr(record, name))


def wished(run: "ModelRun", epochs: int) -> RunRecord:
    """Give the state from which a run that has ended goes on to so many epochs in all.

    A cycle of the learning rate begins anew.
    """
    config = run.config.model_copy(update={"epochs": max(epochs, math.ceil(run.epoch))})
    checkpoint, cycle_start = run.checkpoint, run.cycle_start
    if checkpoint is not None and config.schedule == "one-cycle":
        checkpoint, cycle_start = replace(checkpoint, cycle_start=checkpoint.position.images), run.epoch
    kept = run.kept if checkpoint is not None else None
    return replace(
        kept or RunRecord(config, run.state.value),
        config=config,
        checkpoint=checkpoint,
        cycle_start=cycle_start,
        seconds=run.seconds,
    )
