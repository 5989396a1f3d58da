"""The points of one line: what is drawn of a curve."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncompare.history import Curve

Quantity = Literal["loss", "accuracy"]
"""What the charts show over time: each is a column of a curve, and has a chart of its own."""
Axis = Literal["epoch", "images", "steps", "seconds"]

BUCKETS = 160
"""Along the x axis; at most two points more are drawn, one at the left end and the last."""


class Points(NamedTuple):
    """Two columns of equal length N, in the order of time."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]


def points_of(curve: Curve, quantity: Quantity, axis: Axis = "epoch") -> Points:
    """Take the finite points of a curve: x what the axis counts, y the quantity."""
    x, y = getattr(curve, axis), getattr(curve, quantity)
    # A curve may grow while it is read: its columns are then of unequal length for a moment.
    length = min(len(x), len(y))
    columns = np.array([x[:length], y[:length]], dtype=float)
    return Points(*columns[:, np.isfinite(columns).all(axis=0)])


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
