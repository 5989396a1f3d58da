"""A line that ends in its own name."""

from math import isfinite
from typing import Literal, NamedTuple, get_args

import numpy as np

from nncompare.figures.frame import Frame
from nncompare.figures.palette import LINES, NAMES
from nncompare.figures.points import Points, cut
from nncompare.figures.svg import HALO

Split = Literal["train", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

_LINE, _DOT = 1.8, 5
_STYLES = {"train": "solid", "test": (0, (1.6, 2.5))}


class Place(NamedTuple):
    """A place in a chart, in pixels from the lower left corner."""

    x: float
    y: float


class NamedLine:
    """The curve of one model on one split, and its name beside the last point, both in the model's colour.

    A model of the past is grey.
    """

    def __init__(self, frame: Frame, model: str, split: Split) -> None:
        self._frame = frame
        self._words = f"{model} {split}"
        colour = LINES[model]
        (self._line,) = frame.axes.plot([], [], color=colour, linestyle=_STYLES[split], clip_on=False)
        # Round ends make a dot of a line of length zero: the first point of a curve is seen.
        self._line.set(solid_capstyle="round", dash_capstyle="round")
        self._name = frame.text(0, 0, color=NAMES.get(model, colour), weight="bold", gid=HALO)

    def draw(self, points: Points) -> Place:
        """Move the line, and find where it ends: at the edge of the chart if its last point lies beyond."""
        low, high = self._frame.axes.get_ylim()
        shown = cut(points, low, high)
        single = len(points.x) == 1
        self._line.set_data(*(np.repeat(column, 2) if single else column for column in shown))
        self._line.set_linewidth(_DOT if single else _LINE)
        last = points.y[-1]
        self._name.set_text(self._words if isfinite(shown.y[-1]) else f"{self._words} {'↑' if last > high else '↓'}")
        return Place(self._frame.across(points.x[-1]), self._frame.up(min(max(last, low), high)))

    def put_name(self, place: Place) -> None:
        """Move the name to the right of a place, at its height."""
        self._name.set_position((place.x + 7, place.y - 4))

    def clear(self) -> None:
        """Show neither line nor name."""
        self._line.set_data([], [])
        self._name.set_text("")
