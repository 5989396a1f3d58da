"""What is measured while a network is trained, and when. N images, K classes."""

import math
import time
from collections.abc import Iterator

from torch import Tensor

from nncompare.events import TEST_SAMPLE, Diverged, EpochEnd, Event, MetricSums, TestPoint, TrainPoint
from nncompare.messages import Position, Prediction, Progress
from nncompare.training.channel import RunChannel
from nncompare.training.evaluate import LivePredictor, Predictor, mean_loss_and_accuracy
from nncompare.training.step import MicroBatch, Updates
from nncompare.training.tensors import TensorSplit

TRAIN_POINTS_PER_EPOCH = 40
TEST_POINTS_PER_EPOCH = 5  # four of them from the sample, the last from the whole set
TRAIN_SAMPLE = 2_000
LAST_MEASUREMENT_SECONDS = 5.0


class MetricsRecorder:
    """Measures one run: counts its micro-batches, yields the points that are due, and keeps the channel up to date."""

    def __init__(
        self, updates: Updates, training: TensorSplit, test: TensorSplit, *, epochs: int, channel: RunChannel
    ) -> None:
        self._good_weights, self._training, self._test, self._channel = updates.good_weights, training, test, channel
        self.predictor = Predictor(updates.network, updates.plan.batch_size)
        self._test_sample = test.sample(TEST_SAMPLE)
        self._train_sample = training.sample(TRAIN_SAMPLE)
        self.live = LivePredictor(self.predictor, training, test, channel)
        self._total_images = epochs * len(training)
        self._images = self._last_batch = self._updates = 0
        self._speed = 0.0
        self._started = time.monotonic()
        self._since_point = self._since_epoch = self._carried = MetricSums()
        self._clock, self._images_then = self._started, 0
        self.epochs = 0
        self.diverged = False

    def position(self) -> Position:
        """Return how far the run is."""
        sums = (self._since_point.read(), self._since_epoch, self._carried)
        return Position(self._images, self._updates, self.epochs, self.seconds, *sums)

    def go_on_from(self, position: Position) -> None:
        """Count on from where a run was left."""
        self._images = self._images_then = position.images
        self._updates, self.epochs = position.updates, position.epochs
        self._since_point, self._since_epoch = position.since_point, position.since_epoch
        self._carried = position.carried
        self._started = self._clock - position.seconds

    def leave_out(self, seconds: float) -> None:
        """Leave a pause out of all times."""
        self._started += seconds
        self._clock += seconds

    @property
    def images_of_epoch(self) -> int:
        """Images seen of the epoch under way."""
        return self._images - self.epochs * len(self._training)

    @property
    def epoch(self) -> float:
        """Epochs done, such as 1.5."""
        return self._images / len(self._training)

    @property
    def seconds(self) -> float:
        """Wall clock since the run began."""
        return time.monotonic() - self._started

    def count(self, micro_batch: MicroBatch) -> None:
        """Count a micro-batch."""
        self._images += micro_batch.images
        self._last_batch = micro_batch.images
        self._updates += micro_batch.completes_update
        self._since_point += micro_batch
        self._channel.progress = Progress(self._images, self._total_images, self.epoch, self.seconds, self._speed)

    def points(self) -> Iterator[Event]:
        """Yield the points that are due after the last micro-batch, and predict the shown images if that is due."""
        is_first_batch = self._images == self._last_batch
        if is_first_batch or (self._passed_mark(TRAIN_POINTS_PER_EPOCH) and not self._epoch_is_whole()):
            yield from self._train_point()
        if self._passed_mark(TEST_POINTS_PER_EPOCH) and not self._epoch_is_whole():
            scores = self.predictor.log_probabilities(self._test_sample)
            if (point := self._test_point(self._test_sample, scores)) is not None:
                yield point
        self.live.if_due(self.epoch)

    def end_of_epoch(self) -> Iterator[Event]:
        """Evaluate on the whole test set; in a pause, or too long after a stop, the epoch stays open instead."""
        yield from self._last_train_point()
        if (point := self._whole_test_point()) is not None:
            yield point
            if self._epoch_is_whole():
                end = self._epoch_end(point)
                self.epochs += 1
                self._since_epoch = MetricSums()
                yield end  # last, so that a checkpoint that is taken here counts the epoch
        self.live.now(self.epoch)
        self._clock, self._images_then = time.monotonic(), self._images

    def diverge(self) -> Diverged:
        """Return where the loss stopped being a finite number."""
        self.diverged = True
        return Diverged(*self._now())

    def kept_state(self) -> Iterator[Event]:
        """Evaluate a network after its weights were rolled back."""
        self.diverged = False
        if (point := self._whole_test_point()) is not None:
            yield point

    def _whole_test_point(self) -> TestPoint | None:
        scores = self.predictor.log_probabilities_unless(self._must_wait, self._test)
        point = self._test_point(self._test, scores) if scores is not None else None
        if scores is not None and point is not None:
            self._channel.publish_prediction(Prediction(self.epoch, scores.exp().cpu().numpy()))
        return point

    def _epoch_is_whole(self) -> bool:
        return self.images_of_epoch == len(self._training)

    def _passed_mark(self, marks_per_epoch: int) -> bool:
        seen = (self._images, self._images - self._last_batch)
        now, before = (images * marks_per_epoch // len(self._training) for images in seen)
        return now > before

    def _now(self) -> tuple[float, int, int, float]:
        return self.epoch, self._images, self._updates, self.seconds

    def _train_point(self) -> Iterator[Event]:
        if not self._since_point.images:
            return
        sums = self._add_to_epoch()
        self._since_point = self._carried = MetricSums()
        self._speed = (self._images - self._images_then) / max(time.monotonic() - self._clock, 1e-9)
        self._clock, self._images_then = time.monotonic(), self._images
        if not self.diverged:
            self._good_weights.keep_candidate()
            yield TrainPoint(*self._now(), *sums.means)

    def _last_train_point(self) -> Iterator[Event]:
        """Yield the point at the end of an epoch; a handful of images waits for the next point: it would be noise."""
        if self._since_point.images * 2 * TRAIN_POINTS_PER_EPOCH >= len(self._training):
            yield from self._train_point()
        elif self._since_point.images:
            self._carried = self._add_to_epoch()

    def _add_to_epoch(self) -> MetricSums:
        """Add what came since the last point to the epoch, less what the epoch before has counted already."""
        sums = self._since_point.read()
        self._since_epoch += sums - self._carried
        self.diverged = self.diverged or not math.isfinite(sums.loss)
        return sums

    def _test_point(self, split: TensorSplit, scores: Tensor) -> TestPoint | None:
        loss, accuracy = mean_loss_and_accuracy(scores, split.labels)
        self.diverged = self.diverged or not math.isfinite(loss)
        return None if self.diverged else TestPoint(*self._now(), loss, accuracy, len(split))

    def _epoch_end(self, test: TestPoint) -> EpochEnd:
        sample, sums = self._train_sample, self._since_epoch
        _, train_eval_accuracy = mean_loss_and_accuracy(self.predictor.log_probabilities(sample), sample.labels)
        return EpochEnd(
            epoch=round(self.epoch),
            seconds=self.seconds,
            train_loss=sums.loss / sums.images,
            train_accuracy=sums.right / sums.images,
            train_eval_accuracy=train_eval_accuracy,
            test_loss=test.loss,
            test_accuracy=test.accuracy,
        )

    def _must_wait(self) -> bool:
        stopped_at, pause = self._channel.stopped_at, self._channel.controls.pause
        return pause if stopped_at is None else time.monotonic() - stopped_at > LAST_MEASUREMENT_SECONDS
