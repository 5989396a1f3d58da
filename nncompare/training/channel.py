"""What a run and the exchange share inside a worker process.

The training thread publishes events and predictions and reads the controls between batches; the exchange, on another
thread of the process, takes the one and sets the other.
"""

import math
import threading
import time
from collections import deque
from dataclasses import replace

from nncompare.messages import Checkpoint, Controls, Cursor, Event, Prediction, Progress, Report, Snapshot

_KEPT_EVENTS = 20_000


class RunChannel:
    """The shared state of one run.

    Each attribute is replaced whole; locks are for waiting, and for what must be taken together: events and snapshots.
    """

    def __init__(self, forgotten_after_seconds: float = math.inf) -> None:
        self.controls = Controls()
        self.progress: Progress | None = None
        self.stopped_at: float | None = None
        self.is_paused = False
        self._forgotten_after_seconds = forgotten_after_seconds
        self._polled_at = time.monotonic()
        self._events: deque[tuple[int, Event]] = deque(maxlen=_KEPT_EVENTS)
        self._count = 0
        self._test: tuple[int, Prediction | None] = (0, None)
        self._shown: tuple[int, Prediction | None] = (0, None)
        self._snapshot: tuple[int, Snapshot | None] = (0, None)
        self._published = threading.Lock()
        self._changed = threading.Condition()

    @property
    def test(self) -> Prediction | None:
        """The newest prediction for the whole test set."""
        return self._test[1]

    @property
    def shown(self) -> Prediction | None:
        """The newest prediction for the images on the screen."""
        return self._shown[1]

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest state to save, until it has arrived."""
        return self._snapshot[1]

    def publish_test(self, prediction: Prediction) -> None:
        """Publish a prediction for the whole test set."""
        self._test = (self._test[0] + 1, prediction)

    def publish_shown(self, prediction: Prediction) -> None:
        """Publish a prediction for the images on the screen."""
        self._shown = (self._shown[0] + 1, prediction)

    def publish(self, event: Event, checkpoint: Checkpoint | None = None) -> None:
        """Publish an event, and with it the state to save, where there is one."""
        with self._published:
            self._count += 1
            self._events.append((self._count, event))
            if checkpoint is not None:
                self._publish_snapshot(checkpoint)

    def publish_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Publish a state to save."""
        with self._published:
            self._publish_snapshot(checkpoint)

    def wait_for_change(self, known: Controls, seconds: float) -> None:
        """Sleep until the controls are other than `known`, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self.controls != known, timeout=seconds)

    def set_controls(self, controls: Controls) -> None:
        """Replace the controls; a stop is never taken back."""
        if controls.stop and self.stopped_at is None:
            self.stopped_at = time.monotonic()
        with self._changed:
            self.controls = replace(controls, stop=controls.stop or self.controls.stop)
            self._changed.notify_all()

    @property
    def is_forgotten(self) -> bool:
        """Whether the last poll is so long ago that there will be no other."""
        return time.monotonic() - self._polled_at > self._forgotten_after_seconds

    def report(self, cursor: Cursor) -> Report:
        """Return what is newer than `cursor`."""
        self._polled_at = time.monotonic()
        is_paused = self.is_paused  # before the snapshot: a pause is not told without its own
        with self._published:
            events = tuple(event for number, event in self._events if number > cursor.events)
            number, snapshot = self._snapshot
            if number <= cursor.snapshot:
                self._snapshot, snapshot = (number, None), None  # it has arrived; its arrays may take much memory
        (test_number, test), (shown_number, shown) = self._test, self._shown
        return Report(
            events=events,
            is_paused=is_paused,
            progress=self.progress,
            test=test if test_number > cursor.test else None,
            shown=shown if shown_number > cursor.shown else None,
            snapshot=snapshot,
            cursor=Cursor(cursor.events + len(events), test_number, shown_number, number),
        )

    def _publish_snapshot(self, checkpoint: Checkpoint) -> None:
        self._snapshot = (
            self._snapshot[0] + 1,
            Snapshot(self._count, checkpoint, self.progress, self.test),
        )
