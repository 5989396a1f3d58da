"""Predictions in evaluation mode: of whole splits, and of the images on the screen. N images, K classes."""

import time
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
import torch
from torch import Tensor

from nncompare.messages import Prediction
from nncompare.training.backends import Network
from nncompare.training.channel import RunChannel
from nncompare.training.oom import run_or_none
from nncompare.training.tensors import TensorSplit, normalise

SHARE = 0.008  # of the run; the predictions at the ends of epochs come on top, and bring it towards 1%


class Predictor:
    """Predicts with a network as it stands, in its number format; each thread at most `batch_size` images at once."""

    def __init__(self, network: Network, batch_size: int) -> None:
        self._network, self.batch_size = network, batch_size

    def log_probabilities(self, split: TensorSplit) -> Tensor:
        """Predict log class probabilities (N, K)."""
        return cast(Tensor, self.log_probabilities_unless(lambda: False, split))

    def log_probabilities_unless(self, give_up: Callable[[], bool], split: TensorSplit) -> Tensor | None:
        """Predict as `log_probabilities`; None as soon as `give_up` is true before a shard."""
        device, images = split.images.device, split.images
        # Without a backward pass twice as many take no more memory than those of a training step.
        size = min(self.batch_size, 2 * self._network.shard_images)
        has_given_up = False

        def shards() -> Iterator[Tensor]:
            nonlocal has_given_up
            for shard in images.split(size):
                has_given_up = give_up()
                if has_given_up:
                    return
                yield normalise(shard, split.mean, split.std)

        def predict() -> list[Tensor]:
            return self._network.log_probabilities(shards(), -(-len(images) // size))

        while (found := run_or_none(predict, device, can_be_smaller=size > 1)) is None:
            size //= 2
        return None if has_given_up else torch.cat(found)


class LivePredictor:
    """Predicts the images on the screen, so often that it takes at most 1% of the run."""

    def __init__(self, predictor: Predictor, training: TensorSplit, test: TensorSplit, channel: RunChannel) -> None:
        self._predictor, self._channel = predictor, channel
        self._splits = {"train": training, "test": test}
        self._last_cost = 0.0
        self._next = 0.0

    def if_due(self, epoch: float) -> None:
        """Predict if enough time has passed since the last prediction."""
        if time.monotonic() >= self._next:
            self.now(epoch)

    def now(self, epoch: float) -> None:
        """Predict now, and publish the prediction to the channel."""
        shown = self._channel.controls.shown
        if shown is None:
            return
        began = time.monotonic()
        split = self._splits[shown.split].take(torch.tensor(shown.indices, dtype=torch.long))
        probabilities = self._predictor.log_probabilities(split).exp().cpu().numpy()
        if np.isfinite(probabilities).all():
            self._channel.publish_prediction(Prediction(epoch, probabilities, shown))
        ended = time.monotonic()
        # The very first one also prepares torch, and some are interrupted: neither shows what a prediction costs.
        self._next = ended + min(ended - began, self._last_cost) / SHARE
        self._last_cost = ended - began


def mean_loss_and_accuracy(scores: Tensor, labels: Tensor) -> tuple[float, float]:
    """Return mean cross entropy and share of right answers for log probabilities (N, K) and labels (N,)."""
    loss = -scores.gather(1, labels.unsqueeze(1)).mean()
    return loss.item(), (scores.argmax(dim=1) == labels).double().mean().item()
