"""Predictions of the images on the screen while a network is trained."""

import time

import numpy as np
import torch

from nncompare.messages import Prediction
from nncompare.training.channel import RunChannel
from nncompare.training.evaluate import Predictor
from nncompare.training.tensors import TensorSplit

SHARE = 0.008  # of the run; the predictions at the ends of epochs come on top, and bring it towards 1%


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
            self._channel.publish_shown(Prediction(epoch, probabilities, shown))
        ended = time.monotonic()
        # The very first one also prepares torch, and some are interrupted: neither shows what a prediction costs.
        self._next = ended + min(ended - began, self._last_cost) / SHARE
        self._last_cost = ended - began
