"""The scales of the axes, in round steps so that they hold still while the curves grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from nncompare.figures.points import Points, Quantity

ENOUGH_POINTS = 20
"""In the longest line, before the scale follows the later points."""

EARLY = {"accuracy": 0.2}
"""The share of a line that may leave the scale, at its start; else 0.03: loss shows the fall, accuracy late gains."""

ALWAYS_SHOWN = {"loss": 3.0}
"""Somewhat more than guessing among ten classes, ln 10 = 2.3."""

_LOWEST_ACCURACIES = (0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.0)
_EPOCHS = MaxNLocator(8, steps=[1, 2, 5, 10], integer=True)
_PARTS = MaxNLocator(4, steps=[1, 2, 5, 10])
_COUNTS = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], integer=True)
_LOSSES = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])
_ACCURACIES = MaxNLocator(6, steps=[1, 2, 5, 10])
_LOG_TICKS, _LOG_ENDS, _MOST_LOG_TICKS = (1, 2, 5), (1, 1.5, 2, 3, 5, 7), 7
_SMALLEST, _MOST_DECADES = 1e-300, 6


@dataclass(frozen=True)
class Scale:
    """One axis: its ends, and its ticks with what is written at them; if it `is_log`, they are decimal logarithms."""

    low: float
    high: float
    ticks: tuple[float, ...]
    names: tuple[str, ...]
    is_log: bool = False

    def place(self, values: Any) -> NDArray[np.float64]:
        """Return where values stand on the axis; nothing and less have no logarithm, and stand below all."""
        return np.log10(np.maximum(values, _SMALLEST)) if self.is_log else np.asarray(values, dtype=float)


def epoch_scale(end: float) -> Scale:
    """Return the scale from 0 to `end` with at most nine ticks, at whole epochs if there are two of them."""
    locator = _EPOCHS if end >= 2 or end % 1 == 0 else _PARTS
    ticks = tuple(float(tick) for tick in locator.tick_values(0, end) if tick <= 1.000001 * end)
    return Scale(0, end, ticks, tuple(f"{tick:.3g}" for tick in ticks))


def count_scale(end: float, *, is_known: bool = False) -> Scale:
    """Return the scale for images, updates or seconds: from 0 to a round number, or to `end` where that is known."""
    ticks = tuple(map(float, _COUNTS.tick_values(0, max(end, 1))))
    high = end if is_known and end > 0 else ticks[-1]
    ticks = tuple(tick for tick in ticks if tick <= high)
    return Scale(0, high, ticks, tuple(f"{tick:,.0f}" for tick in ticks))


def value_scale(quantity: Quantity, lines: Sequence[Points], *, is_log: bool = False) -> Scale:
    """Return the scale of the y axis for lines of which none is empty; only a loss has a logarithmic one."""
    recent = [_recent(quantity, line, lines) for line in lines]
    if quantity == "accuracy":
        return _accuracy_scale(min((min(values) for values in recent), default=0.0))
    highest = _highest([max(values) for values in recent], ALWAYS_SHOWN.get(quantity, 0.0))
    return _log_scale(recent, highest) if is_log else _scale_from_zero(highest)


def _recent(quantity: Quantity, line: Points, lines: Sequence[Points]) -> Sequence[float]:
    if max(len(other.x) for other in lines) < ENOUGH_POINTS:
        return list(line.y)
    # Of its own length: else all of a short run would be early beside a long one.
    start = EARLY.get(quantity, 0.03) * line.x[-1]
    return list(line.y[line.x >= start]) or [line.y[-1]]


def _highest(peaks: Sequence[float], always_shown: float) -> float:
    # A diverging model leaves the chart at the top; it must not press the other one flat.
    return min(max(peaks, default=2.5), max(always_shown, 8 * min(peaks, default=0))) or 1.0


def _scale_from_zero(highest: float) -> Scale:
    ticks = tuple(map(float, _LOSSES.tick_values(0, highest)))
    # Never below the highest by a rounding error: a line's last point would seem to have left the chart.
    return Scale(0, max(ticks[-1], highest), ticks, tuple(_number(tick, ticks[1]) for tick in ticks))


def _log_scale(recent: Sequence[Sequence[float]], highest: float) -> Scale:
    high = _round_up(min(max(highest, 1e-9), 1e300))
    lowest = min((min(values) for values in recent), default=0.1)
    low = min(_round_down(max(lowest, high / 10**_MOST_DECADES)), _round_down(high / 3))
    ticks = _log_ticks(low, high)
    return Scale(log10(low), log10(high), tuple(map(log10, ticks)), tuple(_short(tick) for tick in ticks), is_log=True)


def _log_ticks(low: float, high: float) -> list[float]:
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    fine = [step * 10.0**power for power in decades for step in _LOG_TICKS]
    shown = [tick for tick in fine if low * 0.999 <= tick <= high * 1.001]
    stride = 1 + len(decades) // _MOST_LOG_TICKS
    whole = [10.0**power for power in decades if power % stride == 0 and low * 0.999 <= 10.0**power <= high * 1.001]
    return shown if len(shown) <= _MOST_LOG_TICKS or len(whole) < 2 else whole


def _round_up(value: float) -> float:
    power = 10.0 ** floor(log10(value))
    return next((step * power for step in (*_LOG_ENDS, 10) if step * power >= value * 0.9999), 10 * power)


def _round_down(value: float) -> float:
    power = 10.0 ** floor(log10(value))
    return next((step * power for step in reversed(_LOG_ENDS) if step * power <= value * 1.0001), power)


def _number(value: float, step: float) -> str:
    if value == 0:
        return "0"
    if not 1e-3 <= step < 1e4:
        return _short(value)
    decimals = len(f"{step:g}".partition(".")[2])
    return f"{value:.{decimals}f}"


def _short(value: float) -> str:
    return f"{value:.3g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def _accuracy_scale(lowest: float) -> Scale:
    low = next(low for low in _LOWEST_ACCURACIES if low <= max(lowest, 0))
    ticks = tuple(map(float, _ACCURACIES.tick_values(low, 1)))
    decimals = int(low == max(_LOWEST_ACCURACIES))
    return Scale(low, 1, ticks, tuple(f"{tick:.{decimals}%}" for tick in ticks))
