"""What is measured while a network learns, and when. N images, K classes."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from nncompare.events import EpochEnd, Event, TestPoint, TrainPoint
from nncompare.training.desk import Desk, Prediction, Progress
from nncompare.training.evaluate import log_probabilities, log_probabilities_unless, mean_loss_and_accuracy
from nncompare.training.look import Look
from nncompare.training.tensors import Split, spread
from nncompare.training.updates import Piece

TRAIN_POINTS_PER_EPOCH = 40
TEST_POINTS_PER_EPOCH = 5  # four of them from the sample, the last from the whole set
TEST_SAMPLE = 1_000
TRAIN_SAMPLE = 2_000
LAST_MEASUREMENT_SECONDS = 5.0


@dataclass
class Tally:
    """Images, summed loss and right answers: tensors until asked, since asking costs as much as a small step."""

    images: int = 0
    _loss: Tensor | float = 0.0
    _right: Tensor | float = 0.0

    def add(self, images: int, loss: Tensor | float, right: Tensor | float) -> None:
        """Add one batch."""
        self.images += images
        self._loss = self._loss + loss
        self._right = self._right + right

    def sums(self) -> tuple[float, float]:
        """Give summed loss and number of right answers."""
        return float(self._loss), float(self._right)


class Measure:
    """Follows one run: counts its batches, gives the points that are due, and keeps the desk up to date."""

    def __init__(
        self, model: nn.Module, training: Split, test: Split, *, epochs: int, batch_size: int, desk: Desk
    ) -> None:
        self._model, self._training, self._test, self._desk = model, training, test, desk
        self._batch_size = batch_size
        self._test_sample = test.take(spread(len(test), TEST_SAMPLE))
        self._train_sample = training.take(spread(len(training), TRAIN_SAMPLE))
        self._look = Look(model, training, test, batch_size, desk)
        self._total_images = epochs * len(training)
        self._images = self._last_batch = self._updates = 0
        self._speed = 0.0
        self._started = time.monotonic()
        self._since_point, self._since_epoch, self._carried = Tally(), Tally(), Tally()
        self._clock, self._images_then = self._started, 0
        self.diverged = False

    @property
    def epoch(self) -> float:
        """Epochs done, such as 1.5."""
        return self._images / len(self._training)

    @property
    def seconds(self) -> float:
        """Wall clock since the run began."""
        return time.monotonic() - self._started

    def count(self, piece: Piece) -> None:
        """Take note of one step."""
        self._images += piece.images
        self._last_batch = piece.images
        self._updates += piece.completes_update
        self._since_point.add(piece.images, piece.loss, piece.right)
        self._desk.progress = Progress(self._images, self._total_images, self.epoch, self.seconds, self._speed)

    def points(self) -> Iterator[Event]:
        """Give the points that are due after the last batch, and look at the shown images if that is due."""
        is_first_batch = self._images == self._last_batch
        if is_first_batch or (self._passed_mark(TRAIN_POINTS_PER_EPOCH) and not self._epoch_is_whole()):
            yield from self._train_point()
        if self._passed_mark(TEST_POINTS_PER_EPOCH) and not self._epoch_is_whole():
            point = self._test_point(self._test_sample, self._scores(self._test_sample))
            if point is not None:
                yield point
        self._look.if_due(self.epoch)

    def end_of_epoch(self) -> Iterator[Event]:
        """Measure on the whole test set; after a stop this may be given up, and then there is no point."""
        yield from self._last_train_point()
        scores = log_probabilities_unless(self._is_too_late, self._model, self._test, self._batch_size)
        point = self._test_point(self._test, scores) if scores is not None else None
        if scores is not None and point is not None:
            self._desk.test = Prediction(self._updates, self.epoch, scores.exp().cpu().numpy())
            yield point
            if self._epoch_is_whole():
                yield self._epoch_end(point)
        self._look.now(self.epoch)
        self._since_epoch = Tally()
        self._clock, self._images_then = time.monotonic(), self._images

    def _scores(self, split: Split) -> Tensor:
        return log_probabilities(self._model, split, self._batch_size)

    def _epoch_is_whole(self) -> bool:
        return self._images % len(self._training) == 0

    def _passed_mark(self, marks_per_epoch: int) -> bool:
        now, before = (images * marks_per_epoch // len(self._training) for images in self._images_now_and_before())
        return now > before

    def _images_now_and_before(self) -> tuple[int, int]:
        return self._images, self._images - self._last_batch

    def _train_point(self) -> Iterator[Event]:
        images = self._since_point.images
        if not images:
            return
        loss, right = self._add_to_epoch()
        self._since_point, self._carried = Tally(), Tally()
        self._speed = (self._images - self._images_then) / max(time.monotonic() - self._clock, 1e-9)
        self._clock, self._images_then = time.monotonic(), self._images
        if not self.diverged:
            yield TrainPoint(self.epoch, self._images, self._updates, self.seconds, loss / images, right / images)

    def _last_train_point(self) -> Iterator[Event]:
        """Give the point at the end of an epoch; a handful of images waits for the next point: it would be noise."""
        if self._since_point.images * 2 * TRAIN_POINTS_PER_EPOCH >= len(self._training):
            yield from self._train_point()
        elif self._since_point.images:
            loss, right = self._add_to_epoch()
            self._carried = Tally()
            self._carried.add(self._since_point.images, loss, right)

    def _add_to_epoch(self) -> tuple[float, float]:
        """Add what came since the last point to the epoch, less what the epoch before has counted already."""
        loss, right = self._since_point.sums()
        loss_then, right_then = self._carried.sums()
        self._since_epoch.add(self._since_point.images - self._carried.images, loss - loss_then, right - right_then)
        self.diverged = self.diverged or not math.isfinite(loss)
        return loss, right

    def _test_point(self, split: Split, scores: Tensor) -> TestPoint | None:
        loss, accuracy = mean_loss_and_accuracy(scores, split.labels)
        self.diverged = self.diverged or not math.isfinite(loss)
        if self.diverged:
            return None
        return TestPoint(self.epoch, self._images, self._updates, self.seconds, loss, accuracy, len(split))

    def _epoch_end(self, test: TestPoint) -> EpochEnd:
        sample = self._train_sample
        _, train_eval_accuracy = mean_loss_and_accuracy(self._scores(sample), sample.labels)
        loss, right = self._since_epoch.sums()
        images = self._since_epoch.images
        return EpochEnd(
            epoch=round(self.epoch),
            seconds=self.seconds,
            train_loss=loss / images,
            train_accuracy=right / images,
            train_eval_accuracy=train_eval_accuracy,
            test_loss=test.loss,
            test_accuracy=test.accuracy,
        )

    def _is_too_late(self) -> bool:
        stopped_at = self._desk.stopped_at
        return stopped_at is not None and time.monotonic() - stopped_at > LAST_MEASUREMENT_SECONDS
