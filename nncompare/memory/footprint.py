"""What training one network costs in memory, as a closed formula of its settings.

Once: the weights as they are and as they were last seen to work, the gradients of this step and of the steps before it,
and the optimiser's state. For every thread: the weights in the order in which the convolutions of the forward and of
the backward pass want them. For every shard that waits to be added to others: its gradient. For every image that is
computed at once: what the forward pass keeps for the backward pass, the gradients of the pooled values, and that of the
largest layer with its copies while it is being made. For every image of a batch: its pixels, as floats and as the bytes
that they are made of. `benchmarks/memory.py` compares the formula with the measured peak of real training steps.
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
    """What a training takes, in bytes; its fields are 0 where it is not known.

    On a processor each thread computes `shard_images` at once, on a card (0 threads) a whole batch is computed at once.
    """

    fixed_bytes: int  # once
    thread_bytes: int = 0  # for each thread that computes
    gradient_bytes: int = 0  # for each shard that waits to be added
    image_bytes: int = 0  # for each image that is computed at once
    pixel_bytes: int = 0  # for each image of a batch
    shard_images: int = 32

    def total(self, batch_size: int, threads: int = 1) -> int:
        """Return the bytes of training with this batch size on so many threads."""
        shards = max(1, math.ceil(batch_size / self.shard_images)) if threads else 1
        at_work = min(max(1, threads), shards)
        # The sum is made in the first shard's gradient, and one shard may be begun while others wait for a slow one.
        waiting = min(shards - 1, at_work + (at_work > 1))
        at_once = min(batch_size, at_work * self.shard_images) if threads else batch_size
        at_once_bytes = at_work * self.thread_bytes + waiting * self.gradient_bytes + at_once * self.image_bytes
        return self.fixed_bytes + at_once_bytes + batch_size * self.pixel_bytes

    def largest_batch(self, limit_bytes: int, *, is_on_card: bool = False) -> int:
        """Return the number of images that fit beside one thread, 0 if not even the rest does."""
        left = limit_bytes - self.total(0)
        images = left // (self.image_bytes + self.pixel_bytes)
        if images >= self.shard_images and not is_on_card:
            of_more = (left - self.shard_images * self.image_bytes - self.gradient_bytes) // self.pixel_bytes
            return max(self.shard_images, of_more)
        return max(0, images)

    def most_threads(self, limit_bytes: int, batch_size: int, cores: int) -> int:
        """Return how many threads fit and have something to do: from 1 to `cores`, and 0 where there are none.

        A batch that is too small for two threads has another one for the predictions.
        """
        most = min(cores, max(2, math.ceil(batch_size / self.shard_images)))
        return max((n for n in range(1, most + 1) if self.total(batch_size, n) <= limit_bytes), default=min(cores, 1))


UNKNOWN = Footprint(0)


def training_footprint(
    channels: int, optimizer: OptimizerName, precision: Precision = "float32", architecture: Architecture = DEFAULT
) -> Footprint:
    """Estimate the memory of training a network with this width, optimiser and number format."""
    parameters = architecture.parameter_count(channels) * FLOAT_BYTES
    weights, gradients = 2, 2
    reordered = 2
    image, *layers = architecture.layers(channels)
    return Footprint(
        fixed_bytes=(weights + gradients + _STATES[optimizer]) * parameters,
        thread_bytes=reordered * parameters,
        gradient_bytes=parameters,
        image_bytes=_image_bytes(layers, math.prod(image.shape), _VALUE_BYTES[precision]),
        pixel_bytes=math.prod(image.shape) * (FLOAT_BYTES + 1),
        shard_images=shard_images(channels),
    )


def shard_images(channels: int) -> int:
    """Return how many images a thread of a processor computes at once: the fewer, the wider the network.

    They stay in its cache, and take much longer than it takes to begin with them.
    """
    return 1 << (min(128, max(32, 512 // channels)).bit_length() - 1)


def _image_bytes(layers: list[Layer], pixels: int, value_bytes: int) -> int:
    kept, largest = 0, 0
    for layer in layers:
        if layer.activations:
            pooled_and_their_gradients = math.prod(layer.shape) * (2 * value_bytes + _POSITION_BYTES)
            kept += layer.activations * value_bytes + pooled_and_their_gradients
            largest = max(largest, layer.activations * value_bytes)
    # The pixels once more where the network computes in another format than float32.
    converted = 0 if value_bytes == FLOAT_BYTES else pixels * value_bytes
    # The gradient of the largest layer, and what oneDNN copies of it: by measurement none to all, most in bfloat16.
    with_copies = largest * 3 // 2 if value_bytes == FLOAT_BYTES else 2 * largest
    return converted + kept + with_copies
