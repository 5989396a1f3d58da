"""What stays around the curves: a title, a faint grid, figures at the axes, and a note while there are no curves.

The grid and the figures are our own artists; matplotlib's axes would take twice the time to draw.
"""

import numpy as np
from matplotlib.text import Text

from nncompare.figures.palette import GRID, INK
from nncompare.figures.scales import Scale
from nncompare.figures.sheet import Sheet
from nncompare.figures.svg import HALO

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, BOTTOM, TOP = 54, 484, 48, 256
"""The plot area in pixels from the lower left corner; the margin on the right is for the names of the lines."""

_MOST_TICKS = 9
_NOTE = "The curves appear here as soon as training starts."


class Frame(Sheet):
    """The paper of one chart, `WIDTH` by `HEIGHT` pixels.

    Attributes
    ----------
    axes : Axes
        Of the plot area, invisible; curves go into it.
    """

    def __init__(self, title: str) -> None:
        super().__init__(WIDTH, HEIGHT)
        self.axes = self.figure.add_axes(
            (LEFT / WIDTH, BOTTOM / HEIGHT, (RIGHT - LEFT) / WIDTH, (TOP - BOTTOM) / HEIGHT)
        )
        self.axes.set_axis_off()
        self._grid = self.draw_in_pixels(GRID, 1, zorder=-1)
        self.text(LEFT, HEIGHT - 24, title, size=15, weight="bold", color=INK)
        self._subject = self.text(RIGHT, HEIGHT - 24, ha="right")
        self._x_title = self.text((LEFT + RIGHT) / 2, BOTTOM - 36, ha="center")
        self._note = self.text((LEFT + RIGHT) / 2, (BOTTOM + TOP) / 2 + 8, _NOTE, size=13, ha="center", gid=HALO)
        self._x_names = [self.text(0, BOTTOM - 18, ha="center") for _ in range(_MOST_TICKS)]
        self._y_names = [self.text(LEFT - 8, 0, ha="right") for _ in range(_MOST_TICKS)]
        self._y_scale: Scale | None = None

    def write_subject(self, words: str) -> None:
        """Write beside the title which images the curves are about."""
        self._subject.set_text(words)

    def show_note(self, visible: bool) -> None:
        """Show or hide the note that stands in the place of the curves."""
        self._note.set_visible(visible)

    def set_x(self, scale: Scale, title: str) -> None:
        """Set the ends, the figures and the title of the x axis."""
        self._x_title.set_text(title)
        self.axes.set_xlim(scale.low, scale.high)
        _write(self._x_names, scale.names)
        for text, tick in zip(self._x_names, scale.ticks, strict=False):
            text.set_x(self.across(tick))

    def set_y(self, scale: Scale) -> None:
        """Set the ends, the figures and the grid of the y axis."""
        if scale == self._y_scale:
            return
        self._y_scale = scale
        self.axes.set_ylim(scale.low, scale.high)
        heights = [self.up(tick) for tick in scale.ticks]
        _write(self._y_names, scale.names)
        for text, height in zip(self._y_names, heights, strict=False):
            text.set_y(height - 4)
        self._grid.set_data(np.tile([LEFT, RIGHT, np.nan], len(heights)), np.repeat(heights, 3))

    def across(self, x: float) -> float:
        """Find the pixel of a value on the x axis."""
        return _between(x, self.axes.get_xlim(), LEFT, RIGHT)

    def up(self, y: float) -> float:
        """Find the pixel of a value on the y axis."""
        return _between(y, self.axes.get_ylim(), BOTTOM, TOP)


def _write(texts: list[Text], names: tuple[str, ...]) -> None:
    for text, name in zip(texts, names + ("",) * (len(texts) - len(names)), strict=True):
        text.set_text(name)


def _between(value: float, limits: tuple[float, float], start: float, end: float) -> float:
    low, high = limits
    return start + (end - start) * (value - low) / (high - low)
