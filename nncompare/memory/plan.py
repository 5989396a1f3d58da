"""From what was asked for to what is trained: the batch, its accumulation and the width that fit into memory."""

import math
from dataclasses import dataclass

from nncompare.architecture import IMAGE_CHANNELS, IMAGE_SIDE
from nncompare.config import OptimizerName, Precision, RunConfig
from nncompare.memory.batch_size import SMALLEST_BATCH, calculate_max_batch_size, closest_valid_batch_size
from nncompare.memory.footprint import training_footprint


@dataclass(frozen=True)
class Plan:
    """What a run really uses.

    Attributes
    ----------
    batch_size : int
        Images in one step through the network, the same for training and test.
    accumulation_steps : int
        Steps whose gradients make one update of the weights.
    effective_batch_size : int
        Images in one update: their product.
    channels : int
        Width of the first convolution.
    memory_limit : int
        Bytes that this model may take.
    why : dict
        Setting (``batch_size``, ``channels``) to a sentence, for every value that differs from the wish.
    """

    batch_size: int
    accumulation_steps: int
    effective_batch_size: int
    channels: int
    memory_limit: int
    why: dict[str, str]


def make_plan(config: RunConfig, memory_limit: int, test_images: int, precision: Precision = "float32") -> Plan:
    """Fit a configuration into `memory_limit` bytes.

    Raises
    ------
    ValueError
        When not even one channel with a batch of 4 fits.
    """
    channels = min(config.channels, widest_that_fits(memory_limit, config.optimizer, precision))
    batch_size = closest_valid_batch_size(
        test_images, largest_batch(channels, config.optimizer, memory_limit, precision), config.batch_size
    )
    steps = math.ceil(config.batch_size / batch_size)
    return Plan(
        batch_size=batch_size,
        accumulation_steps=steps,
        effective_batch_size=batch_size * steps,
        channels=channels,
        memory_limit=memory_limit,
        why=_reasons(config, channels, batch_size, steps),
    )


def largest_batch(channels: int, optimizer: OptimizerName, memory_limit: int, precision: Precision = "float32") -> int:
    """Count the images that fit: the smaller of the brief's formula and the model's own footprint."""
    by_pixels = calculate_max_batch_size(IMAGE_SIDE**2, IMAGE_CHANNELS, memory_limit=memory_limit)
    return min(by_pixels, training_footprint(channels, optimizer, precision).largest_batch(memory_limit))


def widest_that_fits(memory_limit: int, optimizer: OptimizerName, precision: Precision = "float32") -> int:
    """Give the most channels (1 to 256) that train with a batch of 4 in `memory_limit` bytes.

    Raises
    ------
    ValueError
        When one channel is too much.
    """
    widest = 256
    while widest and training_footprint(widest, optimizer, precision).total(SMALLEST_BATCH) > memory_limit:
        widest -= 1
    if not widest:
        least = training_footprint(1, optimizer, precision).total(SMALLEST_BATCH)
        raise ValueError(
            f"{memory_limit:,} bytes are too little memory for a model: one channel with a batch of "
            f"{SMALLEST_BATCH} needs {least:,}."
        )
    return widest


def _reasons(config: RunConfig, channels: int, batch_size: int, steps: int) -> dict[str, str]:
    why = {}
    if channels != config.channels:
        why["channels"] = f"Used: {channels}, the widest that fits into memory."
    if steps > 1:
        why["batch_size"] = f"Used: {batch_size:,} x {steps} steps added up = {batch_size * steps:,} images an update."
    elif batch_size != config.batch_size:
        why["batch_size"] = f"Used: {batch_size:,}, {_rounding(config.batch_size)}."
    return why


def _rounding(wish: int) -> str:
    return "the smallest batch size" if wish < SMALLEST_BATCH else "the next power of two"
