"""Accuracies with their intervals on one axis: places in percent of its width, and what is written there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from nncompare.analysis import Verdict
from nncompare.words import accuracies, points

_AROUND, _FOR_WORDS = 0.05, 0.28
"""Room on the left and on the right, in parts of what the intervals span; the words stand on the right."""
_MOST_TICKS = 6
_LEAST_SPAN = 0.002
_FAR_RIGHT, _WIDE = 62.0, 36.0


@dataclass(frozen=True)
class Interval:
    """One model: its accuracy and its interval as text, and where they are."""

    name: str
    accuracy: str
    words: str
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Gap:
    """The difference of two models: as text, from where to where it reaches, and where the text has room.

    `side` is "right" or "left" of it, or its "middle"; `place` is where the text begins, ends, or has its middle.
    """

    words: str
    a: float
    b: float
    side: str
    place: float


@dataclass(frozen=True)
class Intervals:
    """The whole picture; `kind` says what the intervals are, `label` says all of it in words."""

    rows: list[Interval]
    ticks: list[tuple[float, str]]
    gap: Gap | None
    kind: str
    label: str


def intervals(verdict: Verdict, names: Sequence[str]) -> Intervals:
    """Lay out the accuracies of these models: 95% intervals, or over several seeds their mean, lowest and highest."""
    values, ranges, kind = _figures(verdict)
    values, ranges = values[: len(names)], ranges[: len(names)]
    axis = _Axis(min(low for low, _ in ranges), max(high for _, high in ranges))
    written = accuracies(values)
    rows = [
        Interval(name, text, _written(both, text), *map(axis.place, (both[0], value, both[1])))
        for name, text, value, both in zip(names, written, values, ranges, strict=True)
    ]
    label = ". ".join(f"{row.name}: {row.accuracy}, {kind} {row.words}" for row in rows)
    return Intervals(rows, axis.ticks(), _gap(verdict, rows), kind, label)


def _figures(verdict: Verdict) -> tuple[list[float], list[tuple[float, float]], str]:
    seeds = verdict.seeds
    if seeds is None:
        return [verdict.accuracy_a, verdict.accuracy_b], [verdict.interval_a, verdict.interval_b], "95% interval"
    both = [seeds.accuracies_a, seeds.accuracies_b]
    return [mean(one) for one in both], [(min(one), max(one)) for one in both], "lowest to highest"


def _written(both: tuple[float, float], accuracy: str) -> str:
    digits = len(accuracy.rstrip("%").partition(".")[2])
    return f"{100 * both[0]:.{digits}f} to {100 * both[1]:.{digits}f}"


def _gap(verdict: Verdict, rows: Sequence[Interval]) -> Gap | None:
    if len(rows) < 2 or not verdict.lead:
        return None
    a, b = (row.middle for row in rows)
    left, right = sorted((a, b))
    side = "right" if right <= _FAR_RIGHT else "middle" if right - left >= _WIDE else "left"
    place = {"right": right, "middle": (left + right) / 2, "left": left}[side]
    return Gap(f"{points(verdict.lead)} points", a, b, side, round(place, 2))


class _Axis:
    """From a little below the lowest value to where words have room beside the highest."""

    def __init__(self, low: float, high: float) -> None:
        span = max(high - low, _LEAST_SPAN)
        self._low, self._high = low - _AROUND * span, high + _FOR_WORDS * span

    def place(self, value: float) -> float:
        return round(100 * (value - self._low) / (self._high - self._low), 2)

    def ticks(self) -> list[tuple[float, str]]:
        """Return the round values that are accuracies, and their words."""
        step, digits = _round_step(100 * (self._high - self._low) / _MOST_TICKS)
        first, last = math.ceil(100 * self._low / step), math.floor(min(100.0, 100 * self._high) / step)
        values = [number * step for number in range(max(0, first), last + 1)]
        return [(self.place(value / 100), f"{value:.{digits}f}%") for value in values]


def _round_step(least: float) -> tuple[float, int]:
    """Return the smallest of 1, 2, 5, 10, ... that is at least so much, and its digits behind the point."""
    power = math.floor(math.log10(least))
    step = next(factor * 10.0**power for factor in (1, 2, 5, 10) if factor * 10.0**power >= least * (1 - 1e-9))
    return step, max(0, -math.floor(math.log10(step) + 1e-9))
