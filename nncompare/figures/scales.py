"""The scales of the axes, in round steps so that they hold still while the curves grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from nncompare.figures.points import Points, Quantity

ENOUGH_POINTS = 20
"""In the longest line, before the scale follows the later points."""

EARLY: dict[Quantity, float] = {"loss": 0.03, "accuracy": 0.1}
"""The share of the way so far that may leave the scale: the loss shows the fall, the accuracy the late differences."""

ALWAYS_SHOWN = 3.0
"""Loss: somewhat more than guessing among ten classes, ln 10 = 2.3."""

_STEPS = (1, 2, 2.5, 5, 10)
_ACCURACY_STEPS = {0.98: 0.005, 0.95: 0.01, 0.9: 0.02, 0.8: 0.05, 0.7: 0.1, 0.6: 0.1, 0.5: 0.1, 0.0: 0.25}


@dataclass(frozen=True)
class Scale:
    """One axis: its ends, and its ticks with what is written at them."""

    low: float
    high: float
    ticks: tuple[float, ...]
    names: tuple[str, ...]


def epoch_scale(epochs: int) -> Scale:
    """Scale from 0 to `epochs` with at most nine ticks, at whole epochs."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, ceil(epochs / 8)) if epochs <= 8 * step)
    ticks = range(0, epochs + 1, step)
    return Scale(0, epochs, tuple(ticks), tuple(map(str, ticks)))


def count_scale(reach: float) -> Scale:
    """Scale from 0 to at least `reach` with at most six ticks, for images, updates or seconds."""
    step = _round_up(max(reach, 1) / 5)
    count = max(1, ceil(round(reach / step, 9)))
    ticks = tuple(step * index for index in range(count + 1))
    return Scale(0, ticks[-1], ticks, tuple(f"{tick:,.{_decimals(step)}f}" for tick in ticks))


def value_scale(quantity: Quantity, lines: Sequence[Points]) -> Scale:
    """Choose the scale of the y axis for lines of which none is empty."""
    recent = [_recent(quantity, line, lines) for line in lines]
    if quantity == "loss":
        return _loss_scale([max(values) for values in recent])
    return _accuracy_scale(min((min(values) for values in recent), default=0.0))


def _recent(quantity: Quantity, line: Points, lines: Sequence[Points]) -> Sequence[float]:
    if max(len(other.x) for other in lines) < ENOUGH_POINTS:
        return list(line.y)
    start = EARLY[quantity] * max(other.x[-1] for other in lines)
    return list(line.y[line.x >= start]) or [line.y[-1]]


def _loss_scale(peaks: Sequence[float]) -> Scale:
    # A diverging model leaves the chart at the top; it must not press the other one flat.
    highest = min(max(peaks, default=2.5), max(ALWAYS_SHOWN, 8 * min(peaks, default=0)))
    step = _round_up(highest / 5) if highest > 0 else 0.2
    count = ceil(round(highest / step, 12)) or 5
    ticks = tuple(step * index for index in range(count + 1))
    # Never below the highest by a rounding error: a line's last point would seem to have left the chart.
    return Scale(0, max(ticks[-1], highest), ticks, tuple(_number(tick, step) for tick in ticks))


def _round_up(value: float) -> float:
    power: float = 10.0 ** floor(log10(value))
    return next(step * power for step in _STEPS if step * power >= value * (1 - 1e-9))


def _number(value: float, step: float) -> str:
    if value == 0:
        return "0"
    if not 1e-3 <= step < 1e4:
        return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-")
    return f"{value:.{_decimals(step)}f}"


def _decimals(step: float) -> int:
    return next(digits for digits in range(6) if abs(round(step, digits) - step) < 1e-9)


def _accuracy_scale(lowest: float) -> Scale:
    low, step = next((low, step) for low, step in _ACCURACY_STEPS.items() if low <= max(lowest, 0))
    ticks = tuple(low + step * index for index in range(round((1 - low) / step) + 1))
    digits = _decimals(100 * step)
    return Scale(low, 1, ticks, tuple(f"{tick:.{digits}%}" for tick in ticks))
