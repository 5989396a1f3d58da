"""What is marked along the curves: the best epoch, the training images without dropout, where a run broke off."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from nncompare.figures.palette import MODELS
from nncompare.figures.points import Axis, Quantity
from nncompare.history import History

Spot = tuple[float, float]
"""A place in the units of the axes."""


class Marks:
    """A ring around the best epoch, a plus for the training images without dropout, a cross where a run broke off."""

    def __init__(self, axes: Axes, model: str) -> None:
        self._axes = axes
        style: dict[str, Any] = {"color": MODELS[model], "fillstyle": "none", "clip_on": False}
        (self._best,) = axes.plot([], [], "o", ms=11, mew=1.6, label=f"{model} best", **style)
        (self._evaluated,) = axes.plot([], [], "+", ms=7, mew=1.4, label=f"{model} evaluated", **style)
        (self._end,) = axes.plot([], [], "x", ms=9, mew=2.2, label=f"{model} end", **style)

    def draw(self, history: History, quantity: Quantity, axis: Axis) -> None:
        """Move the marks to where this history has them."""
        self._show(self._best, best_spots(history, quantity, axis))
        self._show(self._evaluated, train_eval_spots(history, axis) if quantity == "accuracy" else [])
        self._show(self._end, end_spots(history, axis))

    def _show(self, markers: Line2D, spots: Sequence[Spot]) -> None:
        low, high = self._axes.get_ylim()
        shown = [(x, min(y, high)) for x, y in spots if y >= low]
        markers.set_data(*np.array(shown, dtype=float).reshape(-1, 2).T)
        markers.set_visible(bool(shown))


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


def end_spots(history: History, axis: Axis) -> list[Spot]:
    """Return where a run broke off, if it did: at the upper edge, since its loss has left every chart."""
    return [(getattr(history.diverged, axis), np.inf)] if history.diverged is not None else []


def _by_epoch(history: History, quantity: Quantity) -> list[float]:
    return getattr(history, f"test_{quantity}", [])


def _ends_of_epochs(history: History, axis: Axis) -> list[float]:
    ends = dict(zip(history.test.epoch, getattr(history.test, axis), strict=False))
    return [ends[epoch] for epoch in range(1, history.epochs + 1) if epoch in ends]
