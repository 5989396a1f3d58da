"""From what was asked for to what is trained: batch, accumulation and width that fit into memory."""

import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace

from nncompare import architectures
from nncompare.architectures import DEFAULT, IMAGE_CHANNELS, IMAGE_SIDE, Architecture
from nncompare.config import OptimizerName, Precision, RunConfig
from nncompare.memory.batch_size import calculate_max_batch_size, closest_valid_batch_size
from nncompare.memory.footprint import SMALLEST_BATCH, UNKNOWN, Footprint, training_footprint
from nncompare.memory.mebibytes import in_mebibytes

WIDEST = 256
_RAN_OUT = "Memory ran out while training."


@dataclass(frozen=True)
class Plan:
    """What a run really uses.

    A step through the network takes `batch_size` images, in training and test; `accumulation_steps` of them make one
    update of the weights, from `effective_batch_size` images. On a processor it is computed on `threads` threads, 0
    stands for a card. The training is estimated to take `training_bytes` of the `memory_limit`, by its `footprint`.
    `why` has a sentence for every value that differs from the settings (``batch_size``, ``channels``).
    """

    batch_size: int
    accumulation_steps: int
    effective_batch_size: int
    channels: int
    memory_limit: int = 0
    why: dict[str, str] = field(default_factory=dict)
    footprint: Footprint = UNKNOWN
    threads: int = 1

    @property
    def training_bytes(self) -> int:
        """What the training is estimated to take."""
        return self.footprint.total(self.batch_size, self.threads)

    def on(self, cores: int, memory_limit: int) -> "Plan":
        """Return the plan with as many threads as fit on another machine; what it computes stays the same."""
        limit = min(self.memory_limit, memory_limit)
        return replace(self, threads=self.footprint.most_threads(limit, self.batch_size, cores))

    def halved(self) -> "Plan":
        """Return the plan after memory ran out: half the batch, twice the steps, so that the update stays the same."""
        batch_size, steps = self.batch_size // 2, 2 * self.accumulation_steps
        planned = self.why.get("batch_size", "").partition(_RAN_OUT)[0].strip()
        now = (
            f"{_RAN_OUT} From then on {batch_size:,} × {steps:,}, still {self.effective_batch_size:,} images an update."
        )
        return replace(
            self,
            batch_size=batch_size,
            accumulation_steps=steps,
            threads=self.footprint.most_threads(self.memory_limit, batch_size, self.threads),
            why={**self.why, "batch_size": f"{planned} {now}".strip()},
        )


@dataclass(frozen=True)
class Capacity:
    """How many images fit into memory at once: by their pixels alone, and beside the network that is to be trained."""

    by_pixels: int
    by_network: int

    @property
    def images(self) -> int:
        """The smaller of the two."""
        return min(self.by_pixels, self.by_network)


@dataclass(frozen=True)
class Fit:
    """What memory makes of a configuration: the plan, the images that fit at once, and the most channels that would."""

    plan: Plan
    capacity: Capacity
    widest: int


def make_plan(
    config: RunConfig, memory_limit: int, test_images: int, precision: Precision = "float32", cores: int = 1
) -> Plan:
    """Fit a configuration into `memory_limit` bytes, on a processor with so many `cores`, or a card (0).

    Batch and width depend on the memory alone: there are as many threads as fit beside them.

    Raises
    ------
    ValueError
        When not even one channel with a batch of 4 fits.
    """
    return fit(config, memory_limit, test_images, precision, cores).plan


def fit(
    config: RunConfig, memory_limit: int, test_images: int, precision: Precision = "float32", cores: int = 1
) -> Fit:
    """Return all that memory makes of a configuration; raise as `make_plan`."""
    architecture = architectures.of(config)
    widest = widest_that_fits(memory_limit, config.optimizer, precision, architecture)
    channels = min(config.channels, widest)
    footprint = training_footprint(channels, config.optimizer, precision, architecture)
    capacity = Capacity(
        by_pixels=calculate_max_batch_size(IMAGE_SIDE**2, IMAGE_CHANNELS, memory_limit=memory_limit),
        by_network=footprint.largest_batch(memory_limit, is_on_card=cores == 0),
    )
    batch_size = closest_valid_batch_size(test_images, capacity.images, config.batch_size)
    steps = math.ceil(config.batch_size / batch_size)
    plan = Plan(
        batch_size=batch_size,
        accumulation_steps=steps,
        effective_batch_size=batch_size * steps,
        channels=channels,
        memory_limit=memory_limit,
        why=_reasons(config, channels, batch_size, steps, _bound(capacity, test_images)),
        footprint=footprint,
        threads=footprint.most_threads(memory_limit, batch_size, cores),
    )
    return Fit(plan, capacity, widest)


def widest_that_fits(
    memory_limit: int,
    optimizer: OptimizerName,
    precision: Precision = "float32",
    architecture: Architecture = DEFAULT,
) -> int:
    """Return the most channels (1 to 256) that train with a batch of 4 in `memory_limit` bytes.

    Raises
    ------
    ValueError
        When one channel is too much.
    """

    def least_bytes(channels: int) -> int:
        return training_footprint(channels, optimizer, precision, architecture).total(SMALLEST_BATCH)

    widest = bisect_right(range(1, WIDEST + 1), memory_limit, key=least_bytes)
    if not widest:
        raise ValueError(
            f"{in_mebibytes(memory_limit)} are too little memory for a model: one channel with a batch of "
            f"{SMALLEST_BATCH} needs {in_mebibytes(least_bytes(1))}."
        )
    return widest


def _reasons(config: RunConfig, channels: int, batch_size: int, steps: int, bound: str) -> dict[str, str]:
    why = {}
    if channels != config.channels:
        why["channels"] = f"Used: {channels}, the widest that fits into memory."
    if steps > 1:
        effective = batch_size * steps
        kept = "" if effective == config.batch_size else f", not {config.batch_size:,}"
        why["batch_size"] = f"Used: {batch_size:,} × {steps:,} steps = {effective:,} images an update{kept}. {bound}"
    elif batch_size != config.batch_size:
        why["batch_size"] = f"Used: {batch_size:,}, {_rounding(config.batch_size)}."
    return why


def _bound(capacity: Capacity, test_images: int) -> str:
    """Return what keeps a batch from being larger: memory only where it lowers the power of two."""
    if capacity.images.bit_length() < test_images.bit_length():
        return f"Batch sizes are powers of two, and memory holds {capacity.images:,} images."
    return f"Batch sizes are powers of two, and the test set has {test_images:,} images."


def _rounding(wish: int) -> str:
    return "the smallest batch size" if wish < SMALLEST_BATCH else "the next power of two"
