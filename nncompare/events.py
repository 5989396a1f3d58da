"""What a training run tells: small frozen facts, in the order in which they happened.

Epochs are counted as seen images / training images, so 0.5 is the middle of the first epoch.
Seconds are wall clock since the run began; losses are mean cross entropy in nats; accuracies are shares from 0 to 1.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainPoint:
    """Mean loss and accuracy while learning (dropout on) over the images since the last such point."""

    epoch: float
    images: int
    steps: int
    seconds: float
    loss: float
    accuracy: float


@dataclass(frozen=True)
class TestPoint:
    """Loss and accuracy in evaluation mode on test images: a fixed sample within an epoch, the whole set at its end."""

    __test__ = False  # pytest takes the name for a test class

    epoch: float
    images: int
    steps: int
    seconds: float
    loss: float
    accuracy: float
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
class Diverged:
    """The loss is no longer a finite number; the network went back to the weights before."""

    epoch: float
    images: int
    steps: int
    seconds: float


@dataclass(frozen=True)
class Parked:
    """The run was paused for so long that it left its worker; it can go on from its checkpoint."""


@dataclass(frozen=True)
class Finished:
    """The run is over: after its last epoch, or earlier because somebody stopped it."""

    epoch: float
    seconds: float
    stopped: bool


@dataclass(frozen=True)
class Failed:
    """The run ended with an error; `message` is a sentence for the user."""

    message: str


Event = TrainPoint | TestPoint | EpochEnd | BatchHalved | Diverged | Parked | Finished | Failed
