"""The weights of a network while it learns, for those who look into it."""

import secrets
import time

from torch import nn

from nncompare.messages import LiveWeights
from nncompare.training.channel import RunChannel
from nncompare.training.tensors import has_finite_weights, weights_of
from nncompare.training.trained_networks import remember

SECONDS = 1.0
SHARE = 0.01  # of the run, where the network is so large that a copy takes longer
BYTES_A_SECOND = 2**20  # to send them costs much more than to copy them


class WeightsPublisher:
    """Publishes copies of the weights between two batches, where somebody explores: rarely, and for 1% of the time."""

    def __init__(self, model: nn.Module, channel: RunChannel) -> None:
        self._model, self._channel = model, channel
        self._next = 0.0

    def if_due(self, epoch: float) -> None:
        """Publish the weights after so many epochs if they are wanted, and enough time has passed since the last."""
        if self._channel.controls.explore and (began := time.monotonic()) >= self._next:
            size = self._publish(epoch) if has_finite_weights(self._model) else 0
            ended = time.monotonic()
            self._next = ended + max(SECONDS, (ended - began) / SHARE, size / BYTES_A_SECOND)

    def _publish(self, epoch: float) -> int:
        live = LiveWeights(epoch, weights_of(self._model), secrets.token_hex(8))
        remember(live)
        self._channel.publish_weights(live)
        return sum(array.nbytes for array in live.weights.values())
