"""What a run and the rest of the world share inside a worker process.

The training thread lays events and predictions on the desk and looks at the flags between batches;
the exchange, on another thread of the process, takes the one and sets the other.
"""

import math
import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nncompare.config import Split as SplitName
from nncompare.events import Event
from nncompare.training.checkpoint import Checkpoint

_KEPT_EVENTS = 20_000


@dataclass(frozen=True)
class Shown:
    """The images that are on the screen: a split and positions in it."""

    split: SplitName
    indices: tuple[int, ...]


@dataclass(frozen=True)
class Controls:
    """What the user wants of a run; `threads` are those that it has now, 0 for those that it began with."""

    stop: bool = False
    pause: bool = False
    shown: Shown | None = None
    threads: int = 0


@dataclass(frozen=True)
class Prediction:
    """Class probabilities (N, K) after `epoch` epochs, for the images `of` (None: the whole test set)."""

    version: int
    epoch: float
    probabilities: NDArray[np.float32]
    of: Shown | None = None


@dataclass(frozen=True)
class Progress:
    """How far a run is: images seen of all to be seen, epochs done, and wall-clock seconds since it began."""

    images: int
    total_images: int
    epoch: float
    seconds: float
    images_per_second: float


@dataclass(frozen=True)
class Snapshot:
    """A state to save, and what was known then: after every epoch, and in a pause.

    Attributes
    ----------
    number : int
        Counts the snapshots of the run.
    events : int
        So many events were told up to here; with the end of an epoch always comes a snapshot that counts it.
    test : Prediction, optional
        The newest one for the whole test set.
    """

    number: int
    events: int
    checkpoint: Checkpoint
    progress: Progress | None
    test: Prediction | None


@dataclass(frozen=True)
class Seen:
    """What the asker has already: the number of events, the versions of predictions, the number of the snapshot."""

    events: int = 0
    test: int = 0
    shown: int = 0
    snapshot: int = 0


@dataclass(frozen=True)
class Report:
    """What has happened since the asker last looked, and whether the run waits in a pause."""

    events: tuple[Event, ...]
    is_paused: bool
    progress: Progress | None
    test: Prediction | None
    shown: Prediction | None
    snapshot: Snapshot | None = None


@dataclass
class Desk:
    """The shared place of one run.

    Each attribute is replaced whole; locks are for waiting, and for what must be taken together: events and snapshots.
    """

    controls: Controls = field(default_factory=Controls)
    progress: Progress | None = None
    test: Prediction | None = None
    shown: Prediction | None = None
    snapshot: Snapshot | None = None
    stopped_at: float | None = None
    is_paused: bool = False
    forgotten_after_seconds: float = math.inf
    _asked_at: float = field(default_factory=time.monotonic)
    _events: deque[tuple[int, Event]] = field(default_factory=lambda: deque(maxlen=_KEPT_EVENTS))
    _count: int = 0
    _version: int = 0
    _snapshots: int = 0
    _told: threading.Lock = field(default_factory=threading.Lock)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def next_version(self) -> int:
        """Count the predictions of this run."""
        self._version += 1
        return self._version

    def wait_for_change(self, known: Controls, seconds: float) -> None:
        """Sleep until the controls are other than `known`, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self.controls != known, timeout=seconds)

    def put(self, event: Event, checkpoint: Checkpoint | None = None) -> None:
        """Lay down an event, and with it the state to save, where there is one."""
        with self._told:
            self._count += 1
            self._events.append((self._count, event))
            if checkpoint is not None:
                self._keep(checkpoint)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Lay down a state to save."""
        with self._told:
            self._keep(checkpoint)

    def _keep(self, checkpoint: Checkpoint) -> None:
        self._snapshots += 1
        self.snapshot = Snapshot(self._snapshots, self._count, checkpoint, self.progress, self.test)

    def set_controls(self, controls: Controls) -> None:
        """Take over the user's wishes; a stop is never taken back."""
        if controls.stop and self.stopped_at is None:
            self.stopped_at = time.monotonic()
        with self._changed:
            self.controls = replace(controls, stop=controls.stop or self.controls.stop)
            self._changed.notify_all()

    @property
    def is_forgotten(self) -> bool:
        """Say whether nobody has asked for so long that nobody will."""
        return time.monotonic() - self._asked_at > self.forgotten_after_seconds

    def report(self, seen: Seen) -> Report:
        """Gather what is newer than `seen`."""
        self._asked_at = time.monotonic()
        is_paused = self.is_paused  # before the snapshot: a pause is not told without its own
        with self._told:
            events = tuple(event for number, event in self._events if number > seen.events)
            if self.snapshot is not None and self.snapshot.number <= seen.snapshot:
                self.snapshot = None  # it has arrived; its arrays may take much room
            snapshot = self.snapshot
        test, shown = self.test, self.shown
        return Report(
            events=events,
            is_paused=is_paused,
            progress=self.progress,
            test=test if test and test.version > seen.test else None,
            shown=shown if shown and shown.version > seen.shown else None,
            snapshot=snapshot,
        )
