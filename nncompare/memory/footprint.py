"""What training one network costs in memory, as a closed formula of its settings.

Once: the weights as they are and as they were last seen to work, their gradients of this step and of the steps before
it, the optimiser's state, and the weights in the order in which the convolutions of the forward and of the backward
pass want them. For every image of a batch: the input, what the forward pass keeps for the backward pass, the gradients
of the pooled values, and that of the largest layer with its copies while it is being made. `benchmarks/memory.py`
holds the formula against the measured peak of real training steps.
"""

import math
from dataclasses import dataclass

from nncompare.architectures import DEFAULT, Architecture, Layer
from nncompare.config import OptimizerName, Precision

SMALLEST_BATCH = 4
FLOAT_BYTES = 4
_POSITION_BYTES = 8  # where in its window the pooled value was
_STATES = {"adam": 2, "sgd": 1}
_VALUE_BYTES: dict[Precision, int] = {"auto": 4, "float32": 4, "bfloat16": 2}


@dataclass(frozen=True)
class Footprint:
    """Bytes of a training: `fixed_bytes` whatever the batch, `image_bytes` more for each image in it."""

    fixed_bytes: int
    image_bytes: int

    def total(self, batch_size: int) -> int:
        """Return the bytes of training with this batch size."""
        return self.fixed_bytes + batch_size * self.image_bytes

    def largest_batch(self, limit_bytes: int) -> int:
        """Return the number of images that fit beside the fixed part, 0 if not even that fits."""
        return max(0, limit_bytes - self.fixed_bytes) // self.image_bytes


def training_footprint(
    channels: int,
    optimizer: OptimizerName,
    precision: Precision = "float32",
    architecture: Architecture = DEFAULT,
) -> Footprint:
    """Estimate the memory of training a network with this width, optimiser and number format."""
    weights, gradients, reordered = 2, 2, 2
    copies = weights + gradients + reordered + _STATES[optimizer]
    return Footprint(
        fixed_bytes=copies * architecture.parameter_count(channels) * FLOAT_BYTES,
        image_bytes=_image_bytes(architecture.layers(channels), _VALUE_BYTES[precision]),
    )


def _image_bytes(table: list[Layer], value_bytes: int) -> int:
    image, *layers = table
    pixels, kept, largest = math.prod(image.shape), 0, 0
    for layer in layers:
        if layer.activations:
            pooled_and_their_gradients = math.prod(layer.shape) * (2 * value_bytes + _POSITION_BYTES)
            kept += layer.activations * value_bytes + pooled_and_their_gradients
            largest = max(largest, layer.activations * value_bytes)
    # The images are made as float32, and once more where the network computes in another format.
    converted = 0 if value_bytes == FLOAT_BYTES else value_bytes
    # The gradient of the largest layer, and what oneDNN copies of it: by measurement none to all, most in bfloat16.
    with_copies = largest * 3 // 2 if value_bytes == FLOAT_BYTES else 2 * largest
    return pixels * (FLOAT_BYTES + converted) + kept + with_copies
