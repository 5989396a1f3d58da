"""The growing record of one run, as columns; and mean and range over several seeds."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncompare.events import Diverged, EpochEnd, Event, Point, TestPoint, TrainPoint

COLUMNS = {column.name: column.type for column in fields(TrainPoint)}
"""The columns of a curve with their types, in the order of the saved tables."""

_Reduction = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Curve(SimpleNamespace):
    """One line of a chart: for each field of `TrainPoint` a column (list) of N values, one per point.

    What was not measured is NaN: in test points, or by an older version.
    """

    def __init__(self, **columns: list[Any]) -> None:
        if unknown := columns.keys() - COLUMNS.keys():
            raise TypeError(f"A curve has no column {', '.join(sorted(unknown))}.")
        super().__init__(**{name: columns.get(name, []) for name in COLUMNS})

    def copy(self) -> "Curve":
        """Return a copy that does not grow."""
        return Curve(**{name: list(column) for name, column in vars(self).items()})

    def append(self, point: Point) -> None:
        """Add one point at the end."""
        for name, column in vars(self).items():
            column.append(getattr(point, name, math.nan))


PER_EPOCH = ("train_loss", "train_accuracy", "train_eval_accuracy", "test_loss", "test_accuracy", "epoch_seconds")


@dataclass
class History:
    """What is known of a run: lists with one value per epoch, and curves with several points per epoch.

    The lists are those of `EpochEnd`: means in training mode (dropout on, weights changing), the accuracy in evaluation
    mode on a fixed sample of the training images, the whole test set, and the seconds since the start of the run. The
    test points within an epoch come from a fixed sample of 1,000 images.
    """

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    train_eval_accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    epoch_seconds: list[float] = field(default_factory=list)
    train: Curve = field(default_factory=Curve)
    test: Curve = field(default_factory=Curve)
    diverged: Diverged | None = None

    def copy(self) -> "History":
        """Return a copy that does not grow, for a reader on another thread."""
        copy = replace(self, train=self.train.copy(), test=self.test.copy())
        for name in PER_EPOCH:
            setattr(copy, name, list(getattr(self, name)))
        return copy

    @property
    def epochs(self) -> int:
        """Number of finished epochs."""
        return len(self.test_accuracy)

    def extend(self, events: Iterable[Event]) -> None:
        """Add events to the columns, in the order in which they happened."""
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Add one event to the columns; events without figures change nothing."""
        match event:
            case TrainPoint():
                self.train.append(event)
            case TestPoint():
                self.test.append(event)
            case Diverged():
                self.diverged = event
            case EpochEnd():
                for name in PER_EPOCH:
                    getattr(self, name).append(getattr(event, name.removeprefix("epoch_")))


@dataclass(frozen=True)
class SeedBand:
    """Mean, lowest and highest over `seeds` seeds, as three histories with the same positions on every axis."""

    mean: History
    low: History
    high: History
    seeds: int


def seed_band(histories: Sequence[History]) -> SeedBand:
    """Reduce the histories of several seeds to their mean and range.

    The positions are those of the seed that has trained furthest; the curves of the others are interpolated linearly,
    and each position covers the seeds that have reached it. Seconds are means in all three histories. The first
    divergence among the seeds is kept.

    Raises
    ------
    ValueError
        If there are no histories.
    """
    if not histories:
        raise ValueError("Without histories there is no mean.")
    if len(histories) == 1:
        return SeedBand(histories[0], histories[0], histories[0], 1)
    mean, low, high = (_summed(histories, how) for how in (_mean, np.fmin.reduce, np.fmax.reduce))
    return SeedBand(mean, low, high, len(histories))


def _mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # where no row has a number there is no mean
        return np.nansum(rows, axis=0) / (~np.isnan(rows)).sum(axis=0)


def _summed(histories: Sequence[History], how: _Reduction) -> History:
    columns = {
        name: _summed_column([getattr(history, name) for history in histories], _how_of(name, how))
        for name in PER_EPOCH
    }
    return History(
        **columns,
        train=_summed_curve([history.train for history in histories], how),
        test=_summed_curve([history.test for history in histories], how),
        diverged=next((history.diverged for history in histories if history.diverged is not None), None),
    )


def _summed_column(columns: Sequence[Sequence[float]], how: _Reduction) -> list[float]:
    table = np.full((len(columns), max(map(len, columns))), np.nan)
    for row, values in zip(table, columns, strict=True):
        row[: len(values)] = values
    return how(table).tolist() if table.size else []


def _summed_curve(curves: Sequence[Curve], how: _Reduction) -> Curve:
    drawn = [curve for curve in curves if curve.epoch]
    if not drawn:
        return Curve()
    summed = max(drawn, key=lambda curve: curve.epoch[-1]).copy()
    for name in COLUMNS.keys() - {"epoch", "images", "steps"}:
        rows = [np.interp(summed.epoch, curve.epoch, getattr(curve, name), right=np.nan) for curve in drawn]
        setattr(summed, name, _how_of(name, how)(np.stack(rows)).tolist())
    return summed


def _how_of(name: str, how: _Reduction) -> _Reduction:
    return _mean if "seconds" in name else how
