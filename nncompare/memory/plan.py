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
_PREPARED_IMAGES, _MOST_BATCHES = 256, 16
_RAN_OUT = "Memory ran out while training."


@dataclass(frozen=True)
class Plan:
    """What a run really uses.

    A step through the network takes `batch_size` images, in training and test; `accumulation_steps` of them make one
    update of the weights, from `effective_batch_size` images: all training images where they are fewer. On a processor
    it is computed on `threads` threads, 0 stands for a card. The training is estimated to take `training_bytes` of the
    `memory_limit`, by its `footprint`. `why` has a sentence for every value that differs from the settings
    (``batch_size``, ``channels``).
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
    def takes_all_images(self) -> bool:
        """Whether an update is made from all training images, as there are fewer than it has room for."""
        return self.effective_batch_size < self.batch_size * self.accumulation_steps

    @property
    def training_bytes(self) -> int:
        """What the training is estimated to take."""
        return self._bytes_of_steps + (self.prepared_images - self.batch_size) * self.footprint.pixel_bytes

    @property
    def prepared_images(self) -> int:
        """How many images are prepared at once: several tiny batches, where memory is not short."""
        if self.accumulation_steps > 1:
            return self.batch_size
        more = max(0, min(_MOST_BATCHES * self.batch_size, _PREPARED_IMAGES) - self.batch_size)
        if self.footprint.pixel_bytes:
            more = min(more, max(0, self.memory_limit - self._bytes_of_steps) // self.footprint.pixel_bytes)
        return self.batch_size + more

    @property
    def _bytes_of_steps(self) -> int:
        # Without accumulation there is one gradient less than there is room for.
        spare = self.footprint.gradient_bytes if self.accumulation_steps == 1 else 0
        return self.footprint.total(self.batch_size, self.threads) - spare

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
class Room:
    """What one model may take, and what computes it: a processor with so many `cores`, or a card (0).

    What other notebooks were promised is missing from the `memory_limit` (bytes) already; where memory decides, it is
    told.
    """

    memory_limit: int
    precision: Precision = "float32"
    cores: int = 1
    promised_bytes: int = 0


@dataclass(frozen=True)
class Fit:
    """What memory makes of a configuration: the plan, the images that fit at once, and the most channels that would."""

    plan: Plan
    images: int  # beside the network that is to be trained
    images_by_pixels: int  # if there were nothing but them
    widest: int


def fit(config: RunConfig, room: Room, test_images: int, train_images: int | None = None) -> Fit:
    """Return what memory makes of a configuration.

    No update is made from more than `train_images`, where it is known how many there are. Batch and width depend on the
    memory alone: there are as many threads as fit beside them. Raises as `widest_that_fits`.
    """
    limit, architecture = room.memory_limit, architectures.of(config)
    widest = widest_that_fits(limit, config.optimizer, room.precision, architecture)
    channels = min(config.channels, widest)
    footprint = training_footprint(channels, config.optimizer, room.precision, architecture)
    by_pixels = calculate_max_batch_size(IMAGE_SIDE**2, IMAGE_CHANNELS, memory_limit=limit)
    images = min(by_pixels, footprint.largest_batch(limit, is_on_card=room.cores == 0))
    wish = min(config.batch_size, train_images or config.batch_size)
    batch_size = closest_valid_batch_size(test_images, images, wish)
    steps = math.ceil(wish / batch_size)
    effective = min(batch_size * steps, train_images or batch_size * steps)
    why = _reasons(config, channels, (batch_size, steps, effective), _bound(images, test_images))
    plan = Plan(
        batch_size=batch_size,
        accumulation_steps=steps,
        effective_batch_size=effective,
        channels=channels,
        memory_limit=limit,
        why=_told_who_else(why, room.promised_bytes, is_batch_cut=images < min(wish, test_images)),
        footprint=footprint,
        threads=footprint.most_threads(limit, batch_size, room.cores),
    )
    return Fit(plan, images, by_pixels, widest)


def widest_that_fits(
    memory_limit: int, optimizer: OptimizerName, precision: Precision = "float32", architecture: Architecture = DEFAULT
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


def _reasons(config: RunConfig, channels: int, update: tuple[int, int, int], bound: str) -> dict[str, str]:
    why = {}
    if channels != config.channels:
        why["channels"] = f"Used: {channels}, the widest that fits into memory."
    if sentence := _why_such_updates(config.batch_size, *update, bound):
        why["batch_size"] = sentence
    return why


def _why_such_updates(wish: int, batch_size: int, steps: int, images: int, bound: str) -> str:
    """Say how the images of an update are taken, where that is not as it was wished."""
    are_all = images < batch_size * steps
    if steps > 1:
        total = f"for all {images:,} training images" if are_all else f"= {images:,} images an update"
        kept = "" if images == wish else f", not {wish:,}"
        return f"Used: {batch_size:,} × {steps:,} steps {total}{kept}. {bound}"
    if are_all:
        return "" if images == wish else f"Used: {images:,} images an update: all training images that there are."
    rule = "the smallest batch size" if wish < SMALLEST_BATCH else "the next power of two"
    return "" if batch_size == wish else f"Used: {batch_size:,}, {rule}."


def _told_who_else(why: dict[str, str], promised_bytes: int, *, is_batch_cut: bool) -> dict[str, str]:
    """Add to what a lack of memory has changed what others will take of it."""
    told = f" Other notebooks on this machine were promised {in_mebibytes(promised_bytes)}." if promised_bytes else ""
    return {name: sentence + (told if is_batch_cut or name == "channels" else "") for name, sentence in why.items()}


def _bound(images: int, test_images: int) -> str:
    """Return what keeps a batch from being larger: memory only where it lowers the power of two."""
    if images.bit_length() < test_images.bit_length():
        return f"Batch sizes are powers of two, and memory holds {images:,} images."
    return f"Batch sizes are powers of two, and the test set has {test_images:,} images."
