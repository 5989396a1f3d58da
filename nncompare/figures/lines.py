"""The artists of one curve: its line, the range of several seeds behind it, and its name at its end."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox, TransformedBbox

from nncompare.config import SplitName
from nncompare.figures.output import HALO
from nncompare.figures.palette import LINES, NAMES
from nncompare.figures.points import Points

SPLITS: tuple[SplitName, ...] = get_args(SplitName)

_LINE, _DOT = 1.8, 5
_STYLES = {"train": "solid", "test": (0, (1.6, 2.5))}
_OPACITY = {"train": 0.12, "test": 0.25}


class NamedLine:
    """The curve of one model on one split, in the model's colour; a model of the past is grey."""

    def __init__(self, axes: Axes, model: str, split: SplitName) -> None:
        self._axes, self._words = axes, f"{model} {split}"
        colour = LINES[model]
        (self._line,) = axes.plot([], [], color=colour, linestyle=_STYLES[split], label=self._words)
        self._line.set(solid_capstyle="round", dash_capstyle="round")
        # A line along an edge is seen in its whole width.
        self._line.set_clip_box(TransformedBbox(Bbox([[-0.005, -0.005], [1.005, 1.005]]), axes.transAxes))
        self._range = axes.fill_between([], [], color=colour, alpha=_OPACITY[split], linewidth=0)
        self._name = axes.annotate("", (0, 0), (9, -4), "axes fraction", "offset points", gid=HALO)
        self._name.set(color=NAMES.get(model, colour), fontweight="bold", annotation_clip=False)

    def draw(self, points: Points, limits: tuple[Points, Points] | None) -> float:
        """Move the line, and the range between two limits.

        Return how high in the axes the line ends, from 0 to 1: at an edge if its last point lies beyond.
        """
        low, high = self._axes.get_ylim()
        # Round ends make a dot of a line of length zero: the first point of a curve is seen.
        is_dot = len(points.x) == 1
        self._line.set_data(*(np.repeat(column, 2) if is_dot else column for column in points))
        self._line.set(linewidth=_DOT if is_dot else _LINE, visible=True)
        self._range.set_visible(limits is not None and not is_dot)
        if limits is not None:
            self._range.set_data(points.x, *(np.clip(limit.y, low, high) for limit in limits))
        height = float(points.y[-1] - low) / (high - low)
        self._name.set_text(f"{self._words} ↑" if height > 1 else f"{self._words} ↓" if height < 0 else self._words)
        return min(max(height, 0.0), 1.0)

    def write_name(self, x: float, y: float) -> None:
        """Write the name to the right of a place in the axes, both from 0 to 1."""
        self._name.xy = x, y
        self._name.set_visible(True)

    def hide(self) -> None:
        """Show nothing."""
        for artist in (self._line, self._range, self._name):
            artist.set_visible(False)


def spaced(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return these heights at least `gap` apart and within low..high, which must have room for them.

    From the top down, each gives way to the one above it, but leaves room for those below; their order stays.
    """
    places = list(heights)
    ceiling = high
    for rank, index in enumerate(sorted(range(len(places)), key=places.__getitem__, reverse=True), start=1):
        floor = low + gap * (len(places) - rank)
        places[index] = max(floor, min(places[index], ceiling))
        ceiling = places[index] - gap
    return places
