"""What training one network costs in memory, as a closed formula of its settings.

Counted in float32: the weights, their gradients and the optimiser's state, once; and for every image of a batch
what the forward pass keeps for the backward pass, plus the gradient of the largest layer while it is being made.
"""

from dataclasses import dataclass

from nncompare.architecture import IMAGE_CHANNELS, IMAGE_SIDE, parameter_count, widths
from nncompare.config import OptimizerName

FLOAT_BYTES = 4
_FLOATS_PER_POOLED_VALUE = 4  # the pooled value, its position (8 bytes) and the ReLU of it
_STATES = {"adam": 2, "sgd": 1}


@dataclass(frozen=True)
class Footprint:
    """Bytes of a training: `fixed_bytes` whatever the batch, `image_bytes` more for each image in it."""

    fixed_bytes: int
    image_bytes: int

    def total(self, batch_size: int) -> int:
        """Add up the bytes of training with this batch size."""
        return self.fixed_bytes + batch_size * self.image_bytes

    def largest_batch(self, limit_bytes: int) -> int:
        """Count the images that fit beside the fixed part, 0 if not even that fits."""
        return max(0, limit_bytes - self.fixed_bytes) // self.image_bytes


def training_footprint(channels: int, optimizer: OptimizerName) -> Footprint:
    """Estimate the memory of training a network with this width and optimiser."""
    copies = 2 + _STATES[optimizer]
    return Footprint(copies * parameter_count(channels) * FLOAT_BYTES, _activation_floats(channels) * FLOAT_BYTES)


def _activation_floats(channels: int) -> int:
    side, floats, largest = IMAGE_SIDE, IMAGE_CHANNELS * IMAGE_SIDE**2, 0
    for width in widths(channels):
        convolved, pooled = width * side**2, width * (side // 2) ** 2
        floats += convolved + _FLOATS_PER_POOLED_VALUE * pooled
        largest = max(largest, convolved)
        side //= 2
    return floats + largest
