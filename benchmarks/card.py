"""What the parts of `gpu.py` share: what only a card can be asked, how much is measured, and a training."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

import torch
from torch import Tensor

from nncompare.config import Precision, RunConfig
from nncompare.memory import Plan, Room, fit
from nncompare.memory.budget import model_memory_limit
from nncompare.messages import SUSPEND_SECONDS, Checkpoint, Setup
from nncompare.training.backends.fast import FastNetwork
from nncompare.training.channel import RunChannel
from nncompare.training.device import give_back_memory
from nncompare.training.session import Job, Session
from nncompare.training.step import MicroBatch
from nncompare.training.tensors import TensorSplit
from nncompare.training.worker import worker_info

_LITTLE_MEMORY, _MADE_UP = 2**30, 2**20
_TEST_IMAGES, _SAMPLE, _UNTIMED_STEPS = 10_000, 1_000, 3
_ABSURD = 1e9
T = TypeVar("T")


@dataclass(frozen=True)
class Size:
    """How much is measured: the seconds of one speed and of a part, widths in channels, batches in images."""

    seconds: float = 0.7
    seconds_of_a_part: float = 45.0
    images: int = 60_000
    widths: tuple[int, ...] = (16, 32, 128)
    batches: tuple[int, ...] = (64, 512, 4096, 8192)
    pair: tuple[int, int] = (16, 32)
    fits: tuple[tuple[int, int], ...] = ((16, 512), (16, 8192), (64, 1024), (128, 512), (128, 4096), (256, 1024))
    too_large: tuple[int, int] = (64, 8192)
    images_of_a_run: int = 8192


SMOKE = Size(0.0, 300.0, 512, (2,), (64,), (2, 2), ((2, 64),), (2, 256), 128)


class Card:
    """What only a card can be asked."""

    def __init__(self, device: torch.device) -> None:
        self._device = device

    @property
    def name(self) -> str:
        """The card and its libraries."""
        libraries = f"CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}"
        return f"{torch.cuda.get_device_name(self._device)}, {libraries}"

    def synchronize(self) -> None:
        """Wait until the card has done what it was given."""
        torch.cuda.synchronize(self._device)

    def peak_bytes(self, work: Callable[[], object]) -> int:
        """Return the most bytes that tensors had at once during some work, less those before it."""
        give_back_memory(self._device)
        torch.cuda.reset_peak_memory_stats(self._device)
        before = torch.cuda.memory_allocated(self._device)
        work()
        return torch.cuda.max_memory_allocated(self._device) - before

    @contextmanager
    def little_memory(self) -> Iterator[None]:
        """Let torch have one GiB."""
        total = torch.cuda.get_device_properties(self._device).total_memory
        give_back_memory(self._device)
        torch.cuda.set_per_process_memory_fraction(_LITTLE_MEMORY / total, self._device)
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0, self._device)


class Processor(Card):
    """Stands in for a card: there is nothing to wait for, and what memory does is made up."""

    name = "a processor in the place of a card: peaks and the lack of memory are made up"

    def synchronize(self) -> None:
        """Do nothing."""

    def peak_bytes(self, work: Callable[[], object]) -> int:
        """Do the work; the bytes are made up."""
        work()
        return _MADE_UP

    @contextmanager
    def little_memory(self) -> Iterator[None]:
        """Let the first step fail as if it had found no memory."""
        backward, failures = FastNetwork.backward, iter([torch.OutOfMemoryError("made up")])

        def fail_once(*arguments: Any) -> tuple[Tensor, Tensor]:
            for failure in failures:
                raise failure
            return backward(*arguments)

        with patch.object(FastNetwork, "backward", fail_once):
            yield


def card_of(device: torch.device) -> Card:
    """Return what answers for a device."""
    return Card(device) if device.type == "cuda" else Processor(device)


def draw_images(device: torch.device, count: int) -> TensorSplit:
    """Draw noise with a bright row at a height that tells the class."""
    labels = torch.arange(count) % 10
    pixels = torch.randint(0, 60, (count, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    pixels[torch.arange(count), 0, 2 * labels + 3] = 255
    return TensorSplit(pixels.to(device), labels.to(device), 0.15, 0.2)


def plan_of(config: RunConfig, precision: Precision, device: torch.device) -> Plan:
    """Plan one model of two on a card, for the memory that is free."""
    give_back_memory(device)
    info = worker_info(str(device))
    limit = model_memory_limit(None, info.available_bytes, info.physical_bytes)
    return fit(config, Room(limit, precision, cores=0), _TEST_IMAGES).plan


def session_of(
    config: RunConfig,
    precision: Precision,
    data: TensorSplit,
    channel: RunChannel | None = None,
    start: Checkpoint | None = None,
) -> Session:
    """Begin a training as a worker does."""
    device = data.images.device
    setup = Setup(config, plan_of(config, precision, device), str(device), precision)
    return Session(Job(setup, 0, SUSPEND_SECONDS), data, data.sample(_SAMPLE), channel or RunChannel(), start)


def our_steps(config: RunConfig, precision: Precision, data: TensorSplit) -> Iterator[int]:
    """Train without end, and yield the images of each step."""
    session = session_of(config, precision, data)
    while True:
        yield from (step.images for step in session.steps() if isinstance(step, MicroBatch))


def images_per_second(
    card: Card, steps: Iterator[int], seconds: float, wait: Callable[[], object] = lambda: None
) -> float:
    """Take some steps that do not count, `wait`, and measure those of so many seconds."""
    for _ in range(_UNTIMED_STEPS):
        next(steps)
    card.synchronize()
    wait()
    images, began = 0, time.perf_counter()
    while not images or time.perf_counter() - began < seconds:
        images += next(steps)
    card.synchronize()
    return images / (time.perf_counter() - began)


def difference(wanted: Tensor, found: Tensor) -> float:
    """Return how far a tensor is off, as a share of the norm that is wanted."""
    share = float((found - wanted).norm() / wanted.norm().clamp(min=1e-12))
    return share if math.isfinite(share) else _ABSURD  # which no maximum hides, and JSON can hold


def in_time(cases: Iterable[T], size: Size) -> Iterator[T]:
    """Yield cases until the time of a part is over, and tell how many were left out."""
    ends, left_out = time.monotonic() + size.seconds_of_a_part, 0
    for case in cases:
        if time.monotonic() < ends:
            yield case
        else:
            left_out += 1
    if left_out:
        print(f"The time of the part was over: {left_out} cases were left out.")
