"""The points of one line: what is drawn of a curve."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncompare.config import SplitName
from nncompare.history import Curve, SeedBand

Quantity = Literal["loss", "accuracy"]
"""What the charts show over time: each is a column of a curve, and has a chart of its own."""
Axis = Literal["epoch", "images", "steps", "seconds"]

BUCKETS = 160
"""Along the x axis; at most two points more are drawn, one at the left end and the last."""

_MOST_MARKS = 60
_SAMPLES = 5
"""Parts of an epoch: at the end of each but the last, a sample of the test images is measured."""

_ENOUGH_IMAGES = 500
"""For a share that says something: a batch alone would be noise."""


class Points(NamedTuple):
    """Two columns of equal length N, in the order of time."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]


NO_POINTS = Points(np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Trace:
    """What is drawn of one curve of one model.

    A line joins the `joined` ones: of what was learned from, or of the sample of the test images within the epochs.
    """

    joined: Points
    whole: Points  # of all test images, at the ends of epochs and of the run: measured otherwise, so no line joins them
    limits: tuple[Points, Points] | None = None  # the lowest and the highest of several seeds, where the line is

    @cached_property
    def every(self) -> Points:
        """All points, in the order of time."""
        both = np.concatenate([self.joined, self.whole], axis=1)
        return Points(*both[:, np.argsort(both[0], kind="stable")])

    def thinned(self, reach: float) -> "Trace":
        """Return what is drawn of it on an axis from 0 to `reach`."""
        limits = self.limits and (thin(self.limits[0], reach), thin(self.limits[1], reach))
        return replace(self, joined=thin(self.joined, reach), limits=limits)


def trace_of(band: SeedBand, split: SplitName, quantity: Quantity, axis: Axis, smoothing: int) -> Trace:
    """Take the points of one curve, and their range where there are several seeds.

    Each point of the training images stands for enough of them, and becomes the mean of the last `smoothing` ones.
    """
    mean, low, high = (getattr(history, split) for history in (band.mean, band.low, band.high))
    is_joined = ~is_of_all_images(mean.epoch) if split == "test" else np.full(len(mean.epoch), True)

    def taken(curve: Curve) -> Points:
        if split == "test":
            return points_of(curve, quantity, axis, is_joined)
        return smooth(points_of(of_enough_images(curve, quantity), quantity, axis), smoothing)

    limits = (taken(low), taken(high)) if band.seeds > 1 else None
    return Trace(taken(mean), points_of(mean, quantity, axis, ~is_joined), limits)


def is_of_all_images(epochs: list[float]) -> NDArray[np.bool_]:
    """Tell which test points are of all test images: those that no part of an epoch has led to."""
    parts = np.floor(np.array(epochs, dtype=float) * _SAMPLES + 1e-9)
    return (np.diff(parts, prepend=0.0) == 0) | (parts % _SAMPLES == 0)


def points_of(curve: Curve, quantity: Quantity, axis: Axis = "epoch", which: NDArray[np.bool_] | None = None) -> Points:
    """Take the finite points of a curve, or `which` of them: x what the axis counts, y the quantity."""
    x, y = getattr(curve, axis), getattr(curve, quantity)
    # A curve may grow while it is read: its columns are then of unequal length for a moment.
    length = min(len(x), len(y), len(which) if which is not None else len(x))
    columns = np.array([x[:length], y[:length]], dtype=float)
    is_taken = np.isfinite(columns).all(axis=0)
    return Points(*columns[:, is_taken if which is None else is_taken & which[:length]])


def of_enough_images(curve: Curve, quantity: Quantity) -> Curve:
    """Replace each value by the mean over the last 500 images, or over the last epoch where that has fewer.

    A point that already stands for as many stays, and so does the first one.
    """
    # A curve may grow while it is read: its columns are then of unequal length for a moment.
    length = min(len(curve.epoch), len(curve.images), len(getattr(curve, quantity)))
    epochs, images, values = (
        np.array(column[:length], dtype=float) for column in (curve.epoch, curve.images, getattr(curve, quantity))
    )
    if not length or not epochs[-1] > 0:
        return curve
    # Half an image of tolerance: positions of means are not whole.
    before = images - min(_ENOUGH_IMAGES, images[-1] / epochs[-1]) + 0.5
    first = np.minimum(np.searchsorted(images, before, side="right"), np.arange(length))
    weights = np.where(np.isfinite(values), np.diff(images, prepend=0), 0)
    sums, totals = (_sums_from(first, column) for column in (np.nan_to_num(values) * weights, weights))
    means = np.where(np.isfinite(values) & (totals > 0), sums / np.maximum(totals, 1), values)
    return Curve(**{**vars(curve), quantity: means.tolist()})


def _sums_from(first: NDArray[np.intp], column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up a column from `first` to each of its places; no running sum, in which a huge value would stay."""
    ends = np.stack([first, np.arange(1, len(column) + 1)], axis=1).ravel()
    return np.add.reduceat(np.append(column, 0.0), ends)[::2]


def smooth(points: Points, count: int) -> Points:
    """Replace each point by the mean of the last `count` ones, or of as many as there are; x stays."""
    if count < 2 or len(points.y) < 2:
        return points
    sums = np.cumsum(np.concatenate([[0.0], points.y]))
    last = np.arange(1, len(points.y) + 1)
    first = np.maximum(last - count, 0)
    return Points(points.x, (sums[last] - sums[first]) / (last - first))


def thin(points: Points, reach: float) -> Points:
    """Replace the points within each of the buckets by their mean; the last point stays as it is.

    Buckets are fixed on the x axis (0 to `reach`), not on the number of points, so that what is drawn stays where
    it is while the curve grows.
    """
    if len(points.x) < 2:
        return points
    # Rounding puts regular points (40 an epoch, say) into the middle of buckets, where float error cannot move them.
    bucket = np.rint(points.x[:-1] * (BUCKETS / reach))
    starts = np.flatnonzero(np.diff(bucket, prepend=-1.0))
    sizes = np.diff(starts, append=len(bucket))
    return Points(*(np.append(np.add.reduceat(column[:-1], starts) / sizes, column[-1]) for column in points))


def marks_apart(points: Points, reach: float) -> Points:
    """Leave out marks that would stand too close to be told apart, from 0 to `reach`; the last one stays."""
    place = np.rint(points.x * (_MOST_MARKS / reach))
    is_taken = np.append(np.diff(place) != 0, True)[: len(place)]
    return Points(points.x[is_taken], points.y[is_taken])
