"""The histories of one model from several seeds, as their mean and their range."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.history import PER_EPOCH, Curve, History

_MEASURED = ("loss", "accuracy")
Sum = Callable[..., NDArray[np.float64]]


@dataclass(frozen=True)
class Spread:
    """Three histories with the same places along every axis: mean, lowest and highest of so many seeds."""

    mean: History
    low: History
    high: History
    seeds: int


def spread_of(histories: Sequence[History]) -> Spread:
    """Sum up what was measured from each seed; at every place, of the seeds that have come so far.

    The places are those of the seed that has come furthest; the others are read between their points. Seconds are
    means in all three histories. The first seed that diverged is marked as it was.

    Raises
    ------
    ValueError
        When there are no histories.
    """
    if not histories:
        raise ValueError("Without histories there is no spread.")
    if len(histories) == 1:
        return Spread(histories[0], histories[0], histories[0], 1)
    mean, low, high = (_summed(histories, how) for how in (np.nanmean, np.nanmin, np.nanmax))
    return Spread(mean, low, high, len(histories))


def _summed(histories: Sequence[History], how: Sum) -> History:
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


def _summed_column(columns: Sequence[Sequence[float]], how: Sum) -> list[float]:
    table = np.full((len(columns), max(map(len, columns))), np.nan)
    for row, values in zip(table, columns, strict=True):
        row[: len(values)] = values
    return [float(value) for value in how(table, axis=0)] if table.size else []


def _summed_curve(curves: Sequence[Curve], how: Sum) -> Curve:
    drawn = [curve for curve in curves if curve.epoch]
    if not drawn:
        return Curve()
    longest = max(drawn, key=lambda curve: curve.epoch[-1])
    places = np.array(longest.epoch)

    def summed(name: str) -> list[float]:
        rows = [np.interp(places, curve.epoch, getattr(curve, name), right=np.nan) for curve in drawn]
        return [float(value) for value in _how_of(name, how)(np.stack(rows), axis=0)]

    return Curve(
        epoch=list(longest.epoch),
        images=list(longest.images),
        steps=list(longest.steps),
        seconds=summed("seconds"),
        **{name: summed(name) for name in _MEASURED},
    )


def _how_of(name: str, how: Sum) -> Sum:
    return np.nanmean if "seconds" in name else how
