"""The growing record of one run: events folded into columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from nncompare.events import Diverged, EpochEnd, Event, TestPoint, TrainPoint


@dataclass
class Curve:
    """One line of a chart, point by point: columns of equal length N."""

    epoch: list[float] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)

    def copy(self) -> "Curve":
        """Give a copy that does not grow."""
        return Curve(**{name: list(column) for name, column in vars(self).items()})

    def append(self, point: TrainPoint | TestPoint) -> None:
        """Add one point at the end."""
        for column in ("epoch", "images", "steps", "seconds", "loss", "accuracy"):
            getattr(self, column).append(getattr(point, column))


PER_EPOCH = ("train_loss", "train_accuracy", "train_eval_accuracy", "test_loss", "test_accuracy", "epoch_seconds")


@dataclass
class History:
    """What is known of a run: one value an epoch in each list, and the finer curves beside them.

    Attributes
    ----------
    train_loss, train_accuracy : list of float
        Means over each epoch while learning (dropout on, weights changing).
    train_eval_accuracy : list of float
        Accuracy in evaluation mode on a fixed sample of the training images, after each epoch.
    test_loss, test_accuracy : list of float
        On the whole test set, after each epoch.
    epoch_seconds : list of float
        Seconds since the start of the run at the end of each epoch.
    train, test : Curve
        Several points an epoch; the test points within an epoch come from a fixed sample of 1,000 images.
    diverged : Diverged, optional
        Where the loss stopped being a finite number.
    """

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    train_eval_accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    epoch_seconds: list[float] = field(default_factory=list)
    train: Curve = field(default_factory=Curve)
    test: Curve = field(default_factory=Curve)
    diverged: Diverged | None = None

    def copy(self) -> "History":
        """Give a copy that does not grow: for a reader beside the one who writes."""
        copy = replace(self, train=self.train.copy(), test=self.test.copy())
        for name in PER_EPOCH:
            setattr(copy, name, list(getattr(self, name)))
        return copy

    @property
    def epochs(self) -> int:
        """Count the finished epochs."""
        return len(self.test_accuracy)

    def extend(self, events: Iterable[Event]) -> None:
        """Fold events into the columns, in the order in which they happened."""
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Fold one event into the columns; events that carry no figures change nothing."""
        match event:
            case TrainPoint():
                self.train.append(event)
            case TestPoint():
                self.test.append(event)
            case Diverged():
                self.diverged = event
            case EpochEnd():
                self.epoch_seconds.append(event.seconds)
                for column in ("train_loss", "train_accuracy", "train_eval_accuracy", "test_loss", "test_accuracy"):
                    getattr(self, column).append(getattr(event, column))
