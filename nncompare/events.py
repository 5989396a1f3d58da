"""What happens in a run, and what is measured while a network learns: plain frozen values.

Epochs are counted as seen images / training images, so 0.5 is the middle of the first epoch. Seconds are wall clock
since the run began; losses are mean cross entropy in nats; accuracies are shares from 0 to 1.
"""

from dataclasses import dataclass

TEST_SAMPLE = 1_000
"""Test images that are measured within an epoch."""


@dataclass(frozen=True)
class MetricSums:
    """Images, and over all of them the sum of what a `TrainPoint` tells: their loss, and how many were right.

    While they grow, all but the images may be tensors: reading one costs as much as a small step.
    """

    images: int = 0
    loss: float = 0.0
    right: float = 0.0

    def __add__(self, other: "MetricSums") -> "MetricSums":
        return MetricSums(self.images + other.images, self.loss + other.loss, self.right + other.right)

    def __sub__(self, other: "MetricSums") -> "MetricSums":
        return MetricSums(self.images - other.images, self.loss - other.loss, self.right - other.right)

    def read(self) -> "MetricSums":
        """Return the sums as plain numbers."""
        return MetricSums(self.images, float(self.loss), float(self.right))

    @property
    def means(self) -> tuple[float, ...]:
        """The sums for one image, in the order in which a `TrainPoint` has them."""
        return self.loss / self.images, self.right / self.images


@dataclass(frozen=True)
class Moment:
    """When something happened; `steps` are updates of the weights."""

    epoch: float
    images: int
    steps: int
    seconds: float


@dataclass(frozen=True)
class Point(Moment):
    """Loss and accuracy at a moment."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class TrainPoint(Point):
    """Means while learning (dropout on) over the images since the last such point.

    Each field is a column of `history.Curve` and of the saved curves: a new one comes last.
    """


@dataclass(frozen=True)
class TestPoint(Point):
    """Loss and accuracy in evaluation mode on test images: a fixed sample within an epoch, the whole set at its end."""

    __test__ = False  # pytest takes the name for a test class

    sample_size: int


@dataclass(frozen=True)
class EpochEnd:
    """One finished epoch: its means while learning, the fixed training sample, and the whole test set."""

    epoch: int
    seconds: float
    train_loss: float
    train_accuracy: float
    train_eval_accuracy: float
    test_loss: float
    test_accuracy: float


@dataclass(frozen=True)
class BatchHalved:
    """Memory ran out in a step: from `epoch` on, half as many images in a step and twice as many steps an update."""

    epoch: float


@dataclass(frozen=True)
class Diverged(Moment):
    """The loss is no longer a finite number; the network went back to the weights before."""


@dataclass(frozen=True)
class Suspended:
    """The run was paused for so long that it left its worker; it can go on from its checkpoint."""


@dataclass(frozen=True)
class Finished:
    """The run is over: after its last epoch, or earlier because it was stopped."""

    epoch: float
    seconds: float
    stopped: bool


@dataclass(frozen=True)
class Failed:
    """The run ended with an error; `message` is a sentence for the user."""

    message: str


Event = TrainPoint | TestPoint | EpochEnd | BatchHalved | Diverged | Suspended | Finished | Failed
