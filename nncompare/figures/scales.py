"""The scales of the axes, in round steps so that they hold still while the curves grow."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator

from nncompare.figures.points import Points, Quantity

ENOUGH_POINTS = 20
"""In the longest line, before the scale follows the later points."""

EARLY = {"accuracy": 0.1}
"""The share of the way so far that may leave the scale, else 0.03: the loss shows the fall, the accuracy late gains."""

ALWAYS_SHOWN = {"loss": 3.0}
"""Somewhat more than guessing among ten classes, ln 10 = 2.3."""

_LOWEST_ACCURACIES = (0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.0)
_EPOCHS = MaxNLocator(8, steps=[1, 2, 5, 10], integer=True)
_COUNTS = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], integer=True)
_LOSSES = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])
_ACCURACIES = MaxNLocator(6, steps=[1, 2, 5, 10])


@dataclass(frozen=True)
class Scale:
    """One axis: its ends, and its ticks with what is written at them."""

    low: float
    high: float
    ticks: tuple[float, ...]
    names: tuple[str, ...]


def epoch_scale(epochs: int) -> Scale:
    """Return the scale from 0 to `epochs` with at most nine ticks, at whole epochs."""
    ticks = tuple(float(tick) for tick in _EPOCHS.tick_values(0, epochs) if tick <= epochs)
    return Scale(0, epochs, ticks, tuple(f"{tick:.0f}" for tick in ticks))


def count_scale(reach: float) -> Scale:
    """Return the scale from 0 to at least `reach` with at most six ticks, for images, updates or seconds."""
    ticks = tuple(map(float, _COUNTS.tick_values(0, max(reach, 1))))
    return Scale(0, ticks[-1], ticks, tuple(f"{tick:,.0f}" for tick in ticks))


def value_scale(quantity: Quantity, lines: Sequence[Points]) -> Scale:
    """Return the scale of the y axis for lines of which none is empty."""
    recent = [_recent(quantity, line, lines) for line in lines]
    if quantity == "accuracy":
        return _accuracy_scale(min((min(values) for values in recent), default=0.0))
    return _scale_from_zero([max(values) for values in recent], ALWAYS_SHOWN.get(quantity, 0.0))


def _recent(quantity: Quantity, line: Points, lines: Sequence[Points]) -> Sequence[float]:
    if max(len(other.x) for other in lines) < ENOUGH_POINTS:
        return list(line.y)
    start = EARLY.get(quantity, 0.03) * max(other.x[-1] for other in lines)
    return list(line.y[line.x >= start]) or [line.y[-1]]


def _scale_from_zero(peaks: Sequence[float], always_shown: float) -> Scale:
    # A diverging model leaves the chart at the top; it must not press the other one flat.
    highest = min(max(peaks, default=2.5), max(always_shown, 8 * min(peaks, default=0))) or 1.0
    ticks = tuple(map(float, _LOSSES.tick_values(0, highest)))
    # Never below the highest by a rounding error: a line's last point would seem to have left the chart.
    return Scale(0, max(ticks[-1], highest), ticks, tuple(_number(tick, ticks[1]) for tick in ticks))


def _number(value: float, step: float) -> str:
    if value == 0:
        return "0"
    if not 1e-3 <= step < 1e4:
        return f"{value:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
    decimals = len(f"{step:g}".partition(".")[2])
    return f"{value:.{decimals}f}"


def _accuracy_scale(lowest: float) -> Scale:
    low = next(low for low in _LOWEST_ACCURACIES if low <= max(lowest, 0))
    ticks = tuple(map(float, _ACCURACIES.tick_values(low, 1)))
    decimals = int(low == max(_LOWEST_ACCURACIES))
    return Scale(low, 1, ticks, tuple(f"{tick:.{decimals}%}" for tick in ticks))
