"""What is marked along the curves of a model: its best epoch, its training images without dropout, where it broke off.

Markers of matplotlib's own would need identifiers in the SVG; these are plain strokes, measured in pixels.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncompare.figures.frame import Frame
from nncompare.figures.palette import MODELS
from nncompare.figures.points import Axis, Quantity
from nncompare.history import History

_RADIUS, _ARM = 5.5, 3.5
_CIRCLE = np.linspace(0, 2 * np.pi, 17)
_GAP = (np.nan, np.nan)

Stroke = list[tuple[float, float]]
Shape = Callable[[float, float], Stroke]


class Spot(NamedTuple):
    """A place in the chart, in the units of its axes."""

    x: float
    y: float


class Marks:
    """A ring around the best epoch, a plus for the training images without dropout, a cross where a run broke off."""

    def __init__(self, frame: Frame, model: str) -> None:
        self._frame = frame
        self._ring, self._pluses, self._cross = (
            frame.draw_in_pixels(MODELS[model], width) for width in (1.6, 1.4, 2.2)
        )

    def draw(self, history: History | None, quantity: Quantity, axis: Axis) -> None:
        """Move the marks to where this history has them; without one, show none."""
        best = best_spot(history, quantity, axis) if history is not None else None
        pluses = train_eval_spots(history, axis) if history is not None and quantity == "accuracy" else []
        end = end_spot(history, axis) if history is not None else None
        self._ring.set_data(*self._strokes(_circle, [best] if best else []))
        self._pluses.set_data(*self._strokes(_plus, pluses))
        self._cross.set_data(*self._strokes(_cross, [end] if end else []))

    def _strokes(self, shape: Shape, spots: Iterable[Spot]) -> NDArray[np.float64]:
        low, high = self._frame.axes.get_ylim()
        places = [(self._frame.across(x), self._frame.up(min(y, high))) for x, y in spots if y >= low]
        points = [point for place in places for point in (*shape(*place), _GAP)]
        return np.array(points, dtype=float).reshape(-1, 2).T


def best_spot(history: History, quantity: Quantity, axis: Axis) -> Spot | None:
    """Find the best finished epoch on the whole test set: highest accuracy or lowest loss; of equals the first."""
    epoch, places = best_epoch(history, quantity), _ends_of_epochs(history, axis)
    values = history.test_accuracy if quantity == "accuracy" else history.test_loss
    return Spot(places[epoch - 1], values[epoch - 1]) if 0 < epoch <= len(places) else None


def best_epoch(history: History, quantity: Quantity) -> int:
    """Give the number of the best finished epoch, counted from 1; 0 before the first has ended."""
    values = history.test_accuracy if quantity == "accuracy" else [-loss for loss in history.test_loss]
    return 1 + values.index(max(values)) if values else 0


def train_eval_spots(history: History, axis: Axis) -> list[Spot]:
    """Find the places of the training accuracy in evaluation mode, one an epoch."""
    return [Spot(*spot) for spot in zip(_ends_of_epochs(history, axis), history.train_eval_accuracy, strict=False)]


def end_spot(history: History, axis: Axis) -> Spot | None:
    """Find where a run broke off: at the upper edge, since its loss has left every chart."""
    return Spot(getattr(history.diverged, axis), np.inf) if history.diverged is not None else None


def _ends_of_epochs(history: History, axis: Axis) -> list[float]:
    """Give the places of the test points that end the epochs 1, 2, ... on an axis."""
    ends = dict(zip(history.test.epoch, getattr(history.test, axis), strict=False))
    return [ends[epoch] for epoch in range(1, history.epochs + 1) if epoch in ends]


def _circle(x: float, y: float) -> Stroke:
    return [(x + _RADIUS * float(np.cos(angle)), y + _RADIUS * float(np.sin(angle))) for angle in _CIRCLE]


def _plus(x: float, y: float) -> Stroke:
    return [(x - _ARM, y), (x + _ARM, y), _GAP, (x, y - _ARM), (x, y + _ARM)]


def _cross(x: float, y: float) -> Stroke:
    arm = 1.3 * _ARM
    return [(x - arm, y - arm), (x + arm, y + arm), _GAP, (x - arm, y + arm), (x + arm, y - arm)]
