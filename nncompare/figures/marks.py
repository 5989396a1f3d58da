"""What is marked along the curves: all test images, the best epoch, training without dropout, where a run broke off."""

from collections.abc import Sequence, Set
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from nncompare.figures.palette import LINES, PAPER
from nncompare.figures.points import Axis, Points, Quantity
from nncompare.figures.scales import Scale
from nncompare.history import History

Spot = tuple[float, float]
"""A place in the units of the axes."""


class Marks:
    """The marks of one model: a diamond for all test images, a ring for the best epoch, a plus, and a cross."""

    def __init__(self, axes: Axes, model: str) -> None:
        style: dict[str, Any] = {"color": LINES[model], "clip_on": False}
        (self._whole,) = axes.plot([], [], "D", ms=5.5, mec=PAPER, mew=1, label=f"{model} whole", **style)
        (self._best,) = axes.plot([], [], "o", ms=12, mew=1.6, fillstyle="none", label=f"{model} best", **style)
        (self._evaluated,) = axes.plot([], [], "+", ms=7, mew=1.4, label=f"{model} evaluated", **style)
        (self._end,) = axes.plot([], [], "x", ms=9, mew=2.2, label=f"{model} end", **style)

    @property
    def pens(self) -> list[str]:
        """What is drawn now, by the names of the key."""
        drawn = {"diamond": self._whole, "ring": self._best, "plus": self._evaluated, "cross": self._end}
        return [pen for pen, marks in drawn.items() if marks.get_visible()]

    def draw(self, history: History, whole: Points, quantity: Quantity, axis: Axis, y: Scale, off: Set[str]) -> None:
        """Move the marks to where this history has them, but those of splits that are switched `off`."""
        is_test, is_train = "test" not in off, "train" not in off
        self._show(self._whole, list(zip(*whole, strict=True)) if is_test else [], y)
        self._show(self._best, best_spots(history, quantity, axis) if is_test else [], y)
        is_evaluated = quantity == "accuracy" and is_train
        self._show(self._evaluated, train_eval_spots(history, axis) if is_evaluated else [], y)
        self._place(self._end, np.array(end_spots(history, quantity, axis, y)))

    def _show(self, markers: Line2D, spots: Sequence[Spot], y: Scale) -> None:
        columns = np.array(spots, dtype=float).reshape(-1, 2)
        places = np.column_stack([columns[:, 0], y.place(columns[:, 1])])
        self._place(markers, places[(y.low <= places[:, 1]) & (places[:, 1] <= y.high)])

    def _place(self, markers: Line2D, places: NDArray[np.float64]) -> None:
        markers.set_data(*places.reshape(-1, 2).T)
        markers.set_visible(places.size > 0)


def best_epoch(history: History, quantity: Quantity) -> int:
    """Return the number of the best finished epoch on the whole test set, counted from 1; 0 before the first has ended.

    The best has the highest accuracy or the lowest loss; of equals it is the first.
    """
    values, best = _by_epoch(history, quantity), max if quantity == "accuracy" else min
    return 1 + values.index(best(values)) if values else 0


def best_spots(history: History, quantity: Quantity, axis: Axis) -> list[Spot]:
    """Return where the best epoch has ended, if there is one."""
    epoch = best_epoch(history, quantity)
    return list(zip(_ends_of_epochs(history, axis), _by_epoch(history, quantity), strict=False))[epoch - 1 : epoch]


def train_eval_spots(history: History, axis: Axis) -> list[Spot]:
    """Return the places of the training accuracy in evaluation mode, one an epoch."""
    return list(zip(_ends_of_epochs(history, axis), history.train_eval_accuracy, strict=False))


def end_spots(history: History, quantity: Quantity, axis: Axis, y: Scale) -> list[Spot]:
    """Return where a run broke off, if it did: at its last accuracy; at the upper edge its loss, off every chart."""
    if history.diverged is None:
        return []
    last = y.place(np.array(history.train.accuracy[-1:] if quantity == "accuracy" else [], dtype=float))
    return [(getattr(history.diverged, axis), float(np.clip(last[0], y.low, y.high)) if last.size else y.high)]


def _by_epoch(history: History, quantity: Quantity) -> list[float]:
    return getattr(history, f"test_{quantity}", [])


def _ends_of_epochs(history: History, axis: Axis) -> list[float]:
    ends = dict(zip(history.test.epoch, getattr(history.test, axis), strict=False))
    return [ends[epoch] for epoch in range(1, history.epochs + 1) if epoch in ends]
