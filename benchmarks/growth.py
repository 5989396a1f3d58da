"""Row "growth": what a training costs as the work grows, and whether any step costs more than its operations do.

Images, channels and batch size grow in a process like a worker, on half of the cores, without evaluation. Models grow
on a real engine, evaluated: two at once, the others wait for their turn. From one size to the next, the time of an
operation may not rise by more than a fifth.
"""

import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import StringIO
from itertools import pairwise
from pathlib import Path

from matplotlib.figure import Figure
from operations import training_flops
from rows import Measured, Row, Rule, Table
from running import train, warm
from setting import Setting
from workers import in_a_worker, threads_of_one

SIZES = {
    "images": (1_000, 3_000, 10_000, 30_000, 60_000),
    "channels": (4, 8, 16, 32, 64, 128),
    "batch_size": (4, 16, 64, 256, 1_024, 4_096, 8_192),
    "models": (1, 2, 3, 4),
}
_SMOKE_AXES = ("images", "models")
MOST = 1.2
_CHANNELS, _BATCH_SIZE, _SECONDS = 16, 64, 2.0
_STEPS = Path(__file__).with_name("steps_in_a_worker.py")


@dataclass(frozen=True)
class Cost:
    """What so many floating-point operations took, in seconds."""

    flops: float
    seconds: float

    @property
    def of_a_million(self) -> float:
        """Nanoseconds for a million operations."""
        return 1e15 * self.seconds / self.flops


def measure(setting: Setting) -> Measured:
    """Measure all four; every round goes through all sizes."""
    setting.images()
    warm(setting)
    ways: dict[str, Callable[[int], Cost]] = {
        "images": lambda size: _steps(setting, whole_epochs=True, images=size),
        "channels": lambda size: _steps(setting, channels=size),
        "batch_size": lambda size: _steps(setting, batch_size=size),
        "models": lambda size: _models(setting, size),
    }
    ways = {axis: ways[axis] for axis in (_SMOKE_AXES if setting.is_smoke else ways)}
    rounds = [
        {axis: [way(size) for size in _sizes(setting, axis)] for axis, way in ways.items()}
        for _ in range(setting.rounds)
    ]
    medians = {axis: _medians([costs[axis] for costs in rounds]) for axis in ways}
    rows = [_row(setting, axis, costs, [one[axis] for one in rounds]) for axis, costs in medians.items()]
    columns = ["what grows", "size", "GFLOP", "seconds", "ns for a million FLOP", "of that before"]
    lines = [line for axis, costs in medians.items() for line in _lines(axis, _sizes(setting, axis), costs)]
    drawn = _draw({axis: (_sizes(setting, axis), costs) for axis, costs in medians.items()})
    return Measured(rows, [Table("Cost as the work grows", columns, lines)], {"growth.svg": drawn})


def _sizes(setting: Setting, axis: str) -> tuple[int, ...]:
    return SIZES[axis][:2] if setting.is_smoke else SIZES[axis]


def _steps(setting: Setting, *, whole_epochs: bool = False, **size: int) -> Cost:
    asked = {"channels": _CHANNELS, "batch_size": _BATCH_SIZE, "images": 60_000, **size}
    found = in_a_worker(
        _STEPS,
        dataset=setting.dataset,
        precision="auto",
        threads=threads_of_one(),
        seconds=0.01 if setting.is_smoke else _SECONDS,
        whole_epochs=whole_epochs,
        profiled_steps=0,
        **asked,
    )
    return Cost(found["images"] * training_flops(asked["channels"]), found["seconds"])


def _models(setting: Setting, count: int) -> Cost:
    """Train so many models: in pairs, each pair as if on a page of its own."""
    config = setting.config(channels=_CHANNELS, batch_size=_BATCH_SIZE, epochs=1)
    models = [config] * count
    pairs = [models[first : first + 2] for first in range(0, count, 2)]
    comparisons = [
        setting.comparison(a=pair[0], b=pair[1] if len(pair) == 2 else None, train_images=20_000) for pair in pairs
    ]
    images = count * (comparisons[0].train_images or 0)
    return Cost(images * training_flops(config.channels), train(*comparisons)[0])


def _medians(rounds: list[list[Cost]]) -> list[Cost]:
    """Return for each size the median cost of an operation, as the seconds of the first round's operations."""
    firsts = rounds[0]
    columns = zip(*rounds, strict=True)
    return [
        Cost(first.flops, statistics.median(cost.of_a_million for cost in column) * first.flops / 1e15)
        for first, column in zip(firsts, columns, strict=True)
    ]


def _growths(costs: list[Cost]) -> list[float]:
    return [after.of_a_million / before.of_a_million for before, after in pairwise(costs)]


def _row(setting: Setting, axis: str, costs: list[Cost], rounds: list[list[Cost]]) -> Row:
    sizes = _sizes(setting, axis)
    job = f"{axis.replace('_', ' ')} {sizes[0]:,} to {sizes[-1]:,}: largest rise of the cost of an operation"
    every = {"sizes": sizes, "rounds": [[asdict(cost) for cost in costs] for costs in rounds]}
    return Row("growth", job, "linear", "x", Rule.AMOUNT, (max(_growths(costs)),), wanted=MOST, details=every)


def _lines(axis: str, sizes: tuple[int, ...], costs: list[Cost]) -> list[list[str]]:
    growths = ["", *(f"{growth:.2f}" for growth in _growths(costs))]
    return [
        [axis.replace("_", " "), f"{size:,}", f"{cost.flops / 1e9:,.0f}", f"{cost.seconds:.2f}",
         f"{cost.of_a_million:,.0f}", growth]
        for size, cost, growth in zip(sizes, costs, growths, strict=True)
    ]  # fmt: skip


def _draw(axes: dict[str, tuple[tuple[int, ...], list[Cost]]]) -> str:
    """Draw the cost of an operation over each size; a level line is linear growth."""
    figure = Figure(figsize=(10, 3), layout="constrained")
    places = figure.subplots(1, len(axes), sharey=True)
    for place, (axis, (sizes, costs)) in zip(places, axes.items(), strict=True):
        place.plot(sizes, [cost.of_a_million for cost in costs], marker="o", color="#2a6f97")
        place.set(xscale="log", yscale="log", xlabel=axis.replace("_", " "), xticks=sizes)
        place.set_xticklabels([f"{size:,}" for size in sizes], rotation=45, fontsize=7)
        place.minorticks_off()
        place.grid(alpha=0.3)
    places[0].set_ylabel("ns for a million FLOP")
    file = StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()
