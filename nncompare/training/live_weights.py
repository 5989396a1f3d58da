"""The weights of a network while it learns, for those who look into it."""

import time

from torch import nn

from nncompare.messages import LiveWeights
from nncompare.training.channel import RunChannel
from nncompare.training.tensors import to_array

SECONDS = 1.0
SHARE = 0.01  # of the run, where the network is so large that a copy takes longer


class WeightsPublisher:
    """Publishes copies of the weights between two batches, where somebody explores: rarely, and for 1% of the time."""

    def __init__(self, model: nn.Module, channel: RunChannel) -> None:
        self._model, self._channel = model, channel
        self._next = 0.0

    def if_due(self, epoch: float) -> None:
        """Publish the weights after so many epochs if they are wanted, and enough time has passed since the last."""
        if self._channel.controls.explore and (began := time.monotonic()) >= self._next:
            if all(bool(parameter.isfinite().all()) for parameter in self._model.parameters()):
                weights = {name: to_array(tensor) for name, tensor in self._model.state_dict().items()}
                self._channel.publish_weights(LiveWeights(epoch, weights))
            ended = time.monotonic()
            self._next = ended + max(SECONDS, (ended - began) / SHARE)
