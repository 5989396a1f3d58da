"""What a run and the exchange share inside a worker process.

The training thread publishes events and predictions and reads the controls between batches; the exchange, on another
thread of the process, takes the one and sets the other. No torch here: where `exchange` is the first to be called, the
loop of the process must not wait until torch is loaded.
"""

import math
import threading
import time
from collections import OrderedDict, deque
from dataclasses import replace

from nncompare.events import Event
from nncompare.machine import least_reading
from nncompare.messages import Checkpoint, Controls, Cursor, LiveWeights, Prediction, Progress, Report, Snapshot
from nncompare.silence import Silence

_KEPT_EVENTS = 20_000
_KEPT_CHANNELS = 4
_KEPT_TESTS = 16  # as many epochs may end between two looks
_MEMORY_SECONDS = 1.0


class RunChannel:
    """The shared state of one run; the lock is for what must be taken together, the condition for waiting.

    The newest predictions are kept; those before them, the newest state to save and the newest weights until they have
    arrived.
    """

    def __init__(self, forgotten_after_seconds: float = math.inf) -> None:
        self.controls = Controls()
        self.progress: Progress | None = None
        self.stopped_at: float | None = None
        self.is_paused = False
        self.test: Prediction | None = None
        self.shown: Prediction | None = None
        self.snapshot: Snapshot | None = None
        self.live: LiveWeights | None = None
        self._silence = Silence(forgotten_after_seconds)
        self._memory_left, self._memory_read_at = 1.0, -math.inf
        self._events: deque[tuple[int, Event]] = deque(maxlen=_KEPT_EVENTS)
        self._tests: deque[tuple[int, Prediction]] = deque(maxlen=_KEPT_TESTS)
        self._newest = Cursor()
        self._published = threading.Lock()
        self._changed = threading.Condition()

    def publish_prediction(self, prediction: Prediction) -> None:
        """Publish a prediction, for the whole test set or for the images on the screen."""
        with self._published:
            if prediction.of is None:
                self.test, self._newest = prediction, replace(self._newest, test=self._newest.test + 1)
                self._tests.append((self._newest.test, prediction))
            else:
                self.shown, self._newest = prediction, replace(self._newest, shown=self._newest.shown + 1)

    def publish_weights(self, live: LiveWeights) -> None:
        """Publish the weights of now, for those who look into the network."""
        with self._published:
            self.live, self._newest = live, replace(self._newest, live=self._newest.live + 1)

    def publish(self, event: Event | None, checkpoint: Checkpoint | None = None) -> None:
        """Publish an event, a state to save, or both at once."""
        with self._published:
            if event is not None:
                self._newest = replace(self._newest, events=self._newest.events + 1)
                self._events.append((self._newest.events, event))
            if checkpoint is not None:
                self._newest = replace(self._newest, snapshot=self._newest.snapshot + 1)
                self.snapshot = Snapshot(self._newest.events, checkpoint, self.progress, self.test)

    def wait_for_change(self, known: Controls, seconds: float) -> None:
        """Sleep until the controls are other than `known`, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self.controls != known, None if math.isinf(seconds) else seconds)

    def set_controls(self, controls: Controls) -> None:
        """Replace the controls; a stop is never taken back."""
        if controls.stop and self.stopped_at is None:
            self.stopped_at = time.monotonic()
        with self._changed:
            self.controls = replace(controls, stop=controls.stop or self.controls.stop)
            self._changed.notify_all()

    @property
    def is_forgotten(self) -> bool:
        """Whether the last poll is so long ago that the kernel sleeps, or is gone."""
        self._silence.look()
        return self._silence.is_too_long

    def report(self, cursor: Cursor) -> Report:
        """Return what is newer than `cursor`."""
        self._silence.end()
        is_paused = self.is_paused  # before the snapshot: a pause is not told without its own
        with self._published:
            newest, events = self._newest, tuple(event for number, event in self._events if number > cursor.events)
            if newest.snapshot <= cursor.snapshot:
                self.snapshot = None  # it has arrived; its arrays may take much memory
            if newest.live <= cursor.live:
                self.live = None
            while self._tests and self._tests[0][0] <= cursor.test:
                self._tests.popleft()
            return Report(
                events=events,
                is_paused=is_paused,
                progress=self.progress,
                test=self.test if newest.test > cursor.test else None,
                shown=self.shown if newest.shown > cursor.shown else None,
                snapshot=self.snapshot,
                live=self.live,
                cursor=newest,
                memory_left=self._memory_left,
                earlier=tuple(test for number, test in self._tests if number < newest.test),
            )

    def read_memory(self) -> None:
        """Note the share of the memory that is available, once a second: that takes a millisecond."""
        now = time.monotonic()
        if now - self._memory_read_at >= _MEMORY_SECONDS:
            memory, self._memory_read_at = least_reading(), now
            self._memory_left = max(0, memory.available_bytes) / memory.total_bytes


_channels: OrderedDict[str, RunChannel] = OrderedDict()
_channels_lock = threading.Lock()


def open_channel(run: str, forgotten_after_seconds: float) -> RunChannel | None:
    """Return a new channel for a run; None if the run has had one in this process."""
    with _channels_lock:
        if run in _channels:
            return None
        _channels[run] = RunChannel(forgotten_after_seconds)
        while len(_channels) > _KEPT_CHANNELS:
            _channels.popitem(last=False)
        return _channels[run]


def exchange(run: str, cursor: Cursor, controls: Controls) -> Report | None:
    """Set the controls of a run and return what is newer than `cursor`; None while the run has not begun here."""
    channel = _channels.get(run)
    if channel is None:
        return None
    channel.set_controls(controls)
    channel.read_memory()
    return channel.report(cursor)
