"""One model's run at one moment, for everyone who looks at it: the page, the store, results, predictions."""

import math
import time
from dataclasses import dataclass, replace

from nncompare.comparison.state import State
from nncompare.engine.fair_queue import QueuePosition
from nncompare.history import History
from nncompare.messages import Prediction, Setup, Snapshot
from nncompare.store import RunRecord

MOST_HURRIED_SECONDS = 3.0
_SECONDS_TO_WARM_UP = 3.0


@dataclass(frozen=True, kw_only=True)
class RunView(RunRecord):
    """What is known of a run: what the store keeps of it, and what is of use only while it is under way.

    It never changes; the run publishes another one. The history is that of now, the checkpoint may be older.
    """

    state: State
    name: str = "A"
    seed: int = 0
    shown: Prediction | None = None  # for the images on the screen
    threads_now: int = 0  # where another run has left it more; 0 for those that it began with
    position: QueuePosition | None = None  # while it waits for a worker
    has_left_worker: bool = False  # in a long pause, or it was interrupted before it had one
    placed_at: float = 0.0  # when it began on its worker, in seconds of the monotonic clock
    version: int = 0  # grows with every change, so that a screen need look only then

    @property
    def epoch(self) -> float:
        """Epochs done, such as 1.5."""
        return self.progress.epoch if self.progress is not None else 0.0

    @property
    def is_suspended(self) -> bool:
        """Whether it waits in a pause without a worker."""
        return self.state is State.PAUSED and self.has_left_worker

    @property
    def expects_first_point(self) -> bool:
        """Whether it has just begun, with an empty curve; a step that takes long is not awaited."""
        is_new = time.monotonic() - self.placed_at < MOST_HURRIED_SECONDS
        return is_new and self.state is State.RUNNING and not self.history.train.epoch

    @property
    def trained_seconds(self) -> float:
        """How long it has trained, pauses excluded."""
        return self.progress.seconds if self.progress is not None else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it will still train; None where that cannot be told."""
        if self.state is not State.RUNNING or self.trained_seconds < _SECONDS_TO_WARM_UP:
            return None
        return self.trained_seconds * (self.config.epochs / max(self.epoch, 1e-9) - 1)

    def to_save(self, kept: "RunView | None", *, is_left: bool) -> RunRecord:
        """Return what to save of it as it stands: what it can go on from (`kept`), if anything, and its state.

        A run that failed for good keeps its whole history, and the last weights that were good. One that was left by
        its user is no longer trained, but has not ended.
        """
        kept = kept or RunView(Setup(self.config), state=State.IDLE)
        if self.state is State.FAILED and not self.is_lost:
            kept = replace(self, weights=self.weights or kept.weights, checkpoint=None)
        return replace(
            kept,
            setup=replace(kept.setup, config=self.config),
            state=State.PAUSED if is_left and self.state is State.STOPPED else self.state,
            message=self.message,
            is_lost=self.is_lost,
            is_refused=self.is_refused,
            seconds=self.seconds,
        )

    def prolonged(self, kept: "RunView | None", epochs: int) -> "RunView":
        """Return the state from which it goes on to so many epochs in all; a cycle of its rate begins again."""
        config = self.config.model_copy(update={"epochs": max(epochs, math.ceil(self.epoch))})
        checkpoint, cycle_start = self.checkpoint, self.cycle_start
        if checkpoint is not None and config.schedule == "one-cycle":
            checkpoint, cycle_start = replace(checkpoint, cycle_start=checkpoint.position.images), self.epoch
        base = (kept if checkpoint is not None else None) or RunView(Setup(config), state=self.state)
        setup = replace(base.setup, config=config)
        return replace(base, setup=setup, checkpoint=checkpoint, cycle_start=cycle_start, seconds=self.seconds)

    def at_snapshot(self, snapshot: Snapshot, history: History) -> "RunView":
        """Return what was known at a snapshot, with the events up to there in its history."""
        checkpoint = snapshot.checkpoint
        setup = replace(self.setup, plan=checkpoint.plan)
        known = {"progress": snapshot.progress, "test": snapshot.test, "weights": checkpoint.weights}
        return replace(self, setup=setup, history=history, checkpoint=checkpoint, **known)  # type: ignore[arg-type]

    def restored(self, record: RunRecord) -> "RunView":
        """Return it as it was saved; of a run interrupted without a checkpoint only the settings are of use."""
        known = {**vars(record), "state": State(record.state), "is_lost": False}
        if record.is_interrupted and record.checkpoint is None:
            known = {name: known[name] for name in ("state", "message", "seconds", "is_refused")}
            known["setup"] = Setup(record.config)
        return replace(self, **known)
