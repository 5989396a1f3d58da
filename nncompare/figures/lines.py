"""The artists of one curve: its line, the range of several seeds behind it, its end, and its name beside the chart."""

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox, TransformedBbox

from nncompare.config import SplitName
from nncompare.figures.layout import Layout
from nncompare.figures.output import NAME
from nncompare.figures.palette import LINES, MUTED, NAMES, PAPER
from nncompare.figures.points import Trace
from nncompare.figures.scales import Scale

SPLITS: tuple[SplitName, ...] = get_args(SplitName)

_LINE, _DOT = 1.8, 5
_STYLES = {"train": "solid", "test": (0, (1.6, 2.5))}
_OPACITY = {"train": 0.12, "test": 0.25}
_LONG = 7
_PENS = {"train": "solid", "test": "dashed", "D": "diamond", "^": "triangle", "v": "triangle"}
_SIZES = {"o": 7, "D": 5.5, "^": 10, "v": 10}
_TURN, _START, _INDENT = 5, 13, 16
"""Pixels to the right of the plot: where a leader turns, where it ends, and where names begin."""


class NamedLine:
    """The curve of one model on one split, in the model's colour; a model of the past is grey."""

    def __init__(self, axes: Axes, model: str, split: SplitName) -> None:
        self._split, self.name = split, f"{model} {split}"
        colour = LINES[model]
        self._colour = NAMES.get(model, colour)
        (self._line,) = axes.plot([], [], color=colour, linestyle=_STYLES[split], label=self.name)
        self._line.set(solid_capstyle="round", dash_capstyle="round")
        # A line along an edge is seen in its whole width.
        self._line.set_clip_box(TransformedBbox(Bbox([[-0.005, -0.005], [1.005, 1.005]]), axes.transAxes))
        self._range = axes.fill_between([], [], color=colour, alpha=_OPACITY[split], linewidth=0)
        place: dict[str, Any] = {"transform": axes.transAxes, "color": colour, "clip_on": False}
        (self._leader,) = axes.plot([], [], linewidth=1, alpha=0.55, label=f"{self.name} leader", **place)
        (self._end,) = axes.plot([], [], "o", mec=PAPER, mew=1, ms=7, label=f"{self.name} end", **place)
        self._text = axes.annotate("", (1, 0), (_INDENT, 0), "axes fraction", "offset points", gid=NAME)
        self._text.set(fontweight="bold", annotation_clip=False)

    @property
    def pens(self) -> list[str]:
        """What is drawn now, by the names of the key; a dot at the end of a line has the name of that beside it."""
        line = [_PENS[self._split]] if self._line.get_visible() and np.size(self._line.get_xdata()) else []
        end = _PENS.get(str(self._end.get_marker())) if self._end.get_visible() else None
        return [*line, *([end] if end else [])]

    def draw(self, trace: Trace, x: Scale, y: Scale) -> float:
        """Move the line, the range of several seeds, and the end.

        Return how high in the axes it ends, from 0 to 1: at an edge, with an arrow, if its last point lies beyond.
        """
        points = trace.joined
        # Round ends make a dot of a line of length zero: the first point of a curve is seen.
        is_dot = len(points.x) == 1
        self._line.set_data(*(np.repeat(column, 2) if is_dot else column for column in (points.x, y.place(points.y))))
        self._line.set(linewidth=_DOT if is_dot else _LINE, visible=True)
        self._range.set_visible(trace.limits is not None and len(points.x) > 1)
        if trace.limits is not None:
            limits = (np.clip(y.place(limit.y), y.low, y.high) for limit in trace.limits)
            self._range.set_data(points.x, *limits)
        end = trace.every
        height = float(y.place(end.y[-1]) - y.low) / (y.high - y.low)
        inside = min(max(height, 0.0), 1.0)
        is_of_all = len(trace.whole.x) > 0 and trace.whole.x[-1] == end.x[-1]
        marker = "^" if height > 1 else "v" if height < 0 else "D" if is_of_all else "o"
        self._end.set(data=([end.x[-1] / x.high], [inside]), marker=marker, markersize=_SIZES[marker], visible=True)
        return inside

    def write(self, value: str, height: float, layout: Layout) -> None:
        """Write the name and the newest value beside the chart, at a height from 0 to 1, and lead the end to it.

        A line without a value is switched off: nothing but its name is left.
        """
        x, y = (float(np.asarray(column)[0]) for column in self._end.get_data())
        across = [x, 1 + _TURN / layout.plot_width, 1 + _START / layout.plot_width]
        self._leader.set(data=(across, [y, y, height]), visible=True)
        if not value:
            self.hide()
        self._text.set_text(f"{self.name} {value or 'off'}")
        self._text.xy = 1, height
        size = layout.ticks if len(self.name) > _LONG else layout.letters
        self._text.set(position=(_INDENT, -0.36 * size), fontsize=size, visible=True)
        self._text.set_color(self._colour if value else MUTED)

    def hide(self) -> None:
        """Show nothing."""
        for artist in (self._line, self._range, self._leader, self._end, self._text):
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
