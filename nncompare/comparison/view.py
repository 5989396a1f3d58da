"""One model's run at one moment, for everyone who looks at it: the page, the store, results, predictions."""

import time
from dataclasses import dataclass

from nncompare import words
from nncompare.comparison import endings
from nncompare.comparison.state import State
from nncompare.engine.fair_queue import QueuePosition
from nncompare.inspection import NetworkState
from nncompare.messages import Prediction
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
    position: QueuePosition | None = None  # while it waits for a worker
    has_left_worker: bool = False  # in a long pause, or it was interrupted before it had one
    seconds_silent: float = 0.0  # for how long nothing was heard of its worker, once that is worth a word
    placed_at: float = 0.0  # when it began on its worker, in seconds of the monotonic clock
    version: int = 0  # grows with every change, so that a screen need look only then

    @property
    def epoch(self) -> float:
        """Epochs done, such as 1.5."""
        return self.progress.epoch if self.progress is not None else 0.0

    @property
    def is_tested(self) -> bool:
        """Whether it has predicted the test set as it is now, and not only after its last whole epoch."""
        return self.test is not None and self.test.epoch == self.epoch

    @property
    def network(self) -> NetworkState | None:
        """The network with these weights; None without."""
        if self.weights is None or self.plan is None or self.precision is None:
            return None
        return NetworkState(self.name, self.setup, self.weights, self.epoch)

    @property
    def is_suspended(self) -> bool:
        """Whether it waits in a pause without a worker."""
        return self.state is State.PAUSED and self.has_left_worker

    @property
    def silence(self) -> str:
        """A sentence while nothing is heard of its worker; mostly empty."""
        is_waited_for = self.seconds_silent > 0 and self.state.is_active
        return endings.unheard(words.span(self.seconds_silent)) if is_waited_for else ""

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
