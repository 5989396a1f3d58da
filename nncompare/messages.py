"""What kernel and worker tell each other: plain frozen values, without torch.

Epochs and seconds are those of `events`. N images, K classes.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nncompare.config import Precision, RunConfig, SplitName
from nncompare.events import Event, MetricSums
from nncompare.machine import MemoryReading
from nncompare.memory import Plan, Room, model_memory_limit

Weights = dict[str, NDArray[np.float32]]

BROKE_OFF = "Training broke off"
"""Begins a worker's sentence on a run that failed; the kernel, which knows the model's name, puts it in."""

# A longer pause makes room for other runs.
SUSPEND_SECONDS = 60.0


@dataclass(frozen=True)
class FormatTimes:
    """The seconds that a reference step takes on a device in each number format."""

    float32: float
    bfloat16: float

    @property
    def faster(self) -> Precision:
        """The faster format; float32 where bfloat16 gains less than 5%."""
        return "bfloat16" if 1.05 * self.bfloat16 < self.float32 else "float32"

    @property
    def words(self) -> str:
        """Both in words, such as ``float32: 1.4 times as fast as bfloat16``."""
        fast, slow = ("float32", "bfloat16") if self.float32 <= self.bfloat16 else ("bfloat16", "float32")
        return f"{fast}: {getattr(self, slow) / getattr(self, fast):.1f} times as fast as {slow}"


@dataclass(frozen=True)
class WorkerInfo:
    """What a worker process reports about itself and its machine; its `token` identifies the process.

    `device` is what the requested device resolved to, ``cpu`` or ``cuda:0``: its free memory, all of its memory, and
    how fast it is in each number format, once that is measured. What other notebooks were promised is free no more.
    `devices` are the titles of all that can be chosen there.
    """

    token: str
    cores: int
    device: str
    devices: dict[str, str]
    available_bytes: int
    physical_bytes: int
    formats: FormatTimes | None = None
    promised_bytes: int = 0

    def resolved(self, wanted: Precision) -> Precision:
        """Return the number format that is wanted, and the faster one for "auto"."""
        if wanted != "auto":
            return wanted
        return self.formats.faster if self.formats is not None else "float32"

    def room(self, memory_budget: int | None, precision: Precision) -> Room:
        """Return what one model of a pair may take here; a BudgetError as that of `model_memory_limit`."""
        limit = model_memory_limit(memory_budget, self.available_bytes, self.physical_bytes)
        return Room(limit, precision, self.threads, 0 if memory_budget else self.promised_bytes)

    @property
    def threads(self) -> int:
        """The most threads that may compute shards of a batch; 0 on a card, which computes a whole batch at once."""
        return 0 if self.device.startswith("cuda") else max(1, self.cores)


@dataclass(frozen=True)
class DeviceInfo:
    """A device that can be chosen, such as ``cuda:0``: what it is, its memory, and its speed in each number format."""

    name: str
    title: str
    memory: MemoryReading
    formats: FormatTimes | None


@dataclass(frozen=True)
class Setup:
    """How one model is computed: its settings, what memory made of them, and where it runs.

    Until a worker was found there is nothing but the settings. `device` is such as ``cpu`` or ``cuda:0``, and
    `precision` is the number format of the computation.
    """

    config: RunConfig
    plan: Plan | None = None
    device: str = ""
    precision: Precision | None = None

    @property
    def resolved(self) -> tuple[Plan, Precision]:
        """The plan and the precision; a ValueError before a worker was found."""
        if self.plan is None or self.precision is None:
            raise ValueError("This setup has no plan yet: no worker was found for it.")
        return self.plan, self.precision


@dataclass(frozen=True)
class VisibleImages:
    """The images that are on the screen: a split and positions in it."""

    split: SplitName
    indices: tuple[int, ...]


@dataclass(frozen=True)
class Controls:
    """What the user requests of a run; with `explore`, also its weights while it learns."""

    stop: bool = False
    pause: bool = False
    shown: VisibleImages | None = None
    explore: bool = False


@dataclass(frozen=True)
class Prediction:
    """Class probabilities (N, K) after `epoch` epochs, for the images `of` (None: the whole test set)."""

    epoch: float
    probabilities: NDArray[np.float32]
    of: VisibleImages | None = None


@dataclass(frozen=True)
class LiveWeights:
    """The weights of a network that learns, after `epoch` epochs; its worker knows them by `key` for a while."""

    epoch: float
    weights: Weights
    key: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a run is: images seen of all to be seen, epochs done, and wall-clock seconds since it began."""

    images: int
    total_images: int
    epoch: float
    seconds: float
    images_per_second: float


@dataclass(frozen=True)
class Position:
    """How far a run is, and what it has counted that no event has told yet.

    `epochs` are those that were learned and measured, `seconds` are without pauses. The sums are those since the last
    point, since the last epoch, and what of the former was counted by the epoch before.
    """

    images: int
    updates: int
    epochs: int
    seconds: float
    since_point: MetricSums
    since_epoch: MetricSums
    carried: MetricSums


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run between two steps, from which it goes on to the last bit, in another process too."""

    plan: Plan
    position: Position
    weights: Weights  # the parameters, by PyTorch's names
    optimizer: dict[str, list[NDArray[np.float32]]]  # for each quantity that it keeps, an array for each tensor
    gradient: list[NDArray[np.float32]] | None  # the sum over the micro-batches of the update under way, likewise
    order: NDArray[np.uint8]  # state of the generator that drew the order of the epoch under way, before that
    randomness: NDArray[np.uint8]  # state of the generator that dropout draws from
    cycle_start: int = 0  # images seen when the cycle of the learning rate began, where it has one


@dataclass(frozen=True)
class Snapshot:
    """A state to save, and what was known then: after every epoch, and in a pause.

    `events` have been told up to here; the end of an epoch always comes with a snapshot that counts it.
    """

    events: int
    checkpoint: Checkpoint
    progress: Progress | None
    test: Prediction | None


@dataclass(frozen=True)
class Cursor:
    """How far a reader of a run is: the number of events, and of the newest of everything else that it has."""

    events: int = 0
    test: int = 0
    shown: int = 0
    snapshot: int = 0
    live: int = 0


@dataclass(frozen=True)
class Report:
    """What has happened since the reader's cursor, the cursor after it, and whether the run waits in a pause.

    `memory_left` is the share of its memory that the worker's machine has available. `test` is the newest prediction
    for the test set; those before it, since the cursor, are `earlier`.
    """

    events: tuple[Event, ...]
    is_paused: bool = False
    progress: Progress | None = None
    test: Prediction | None = None
    shown: Prediction | None = None
    snapshot: Snapshot | None = None
    live: LiveWeights | None = None
    cursor: Cursor = field(default_factory=Cursor)
    memory_left: float = 1.0
    earlier: tuple[Prediction, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """Everything that a worker needs to train one model; `token` names the process that it is meant for.

    It leaves its worker after a pause of `suspend_seconds`, and when nobody has asked for it for `silence_seconds`.
    """

    run: str
    token: str
    setup: Setup
    dataset: str
    train_images: int | None
    seed: int
    start: Checkpoint | None = None
    suspend_seconds: float = SUSPEND_SECONDS
    silence_seconds: float = 60.0


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `state` is "lost" for a second attempt, which trains nothing.

    A run that was finished, stopped or suspended can go on from its checkpoint; one that diverged leaves its last
    finite weights.
    """

    state: Literal["finished", "stopped", "suspended", "failed", "lost"]
    message: str = ""
    weights: Weights | None = None
    checkpoint: Checkpoint | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class PredictionRequest:
    """A trained network, and the images to predict (None: the whole split)."""

    setup: Setup
    weights: Weights
    dataset: str
    split: SplitName
    indices: tuple[int, ...] | None
