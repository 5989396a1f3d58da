"""What the pens of a chart mean: the words for it, and the heading of a picture with the key of what is drawn in it."""

from collections.abc import Set
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from nncompare.figures.layout import Layout
from nncompare.figures.palette import INK, MUTED, PAPER

KEY = {
    "solid": "training",
    "dashed": "test",
    "diamond": "all test images",
    "ring": "best epoch",
    "plus": "training, no dropout",
    "triangle": "beyond the chart",
    "cross": "broke off",
}
"""What is drawn with which pen: the one list of words for the key of a picture and of the page."""

_ROWS = (("solid", "dashed", "diamond"), ("ring", "plus", "triangle", "cross"))
_PENS: dict[str, dict[str, Any]] = {
    "solid": {"linewidth": 1.8},
    "dashed": {"linewidth": 1.8, "linestyle": (0, (1.6, 2.5)), "dash_capstyle": "round"},
    "diamond": {"marker": "D", "markersize": 5.5, "markeredgecolor": PAPER},
    "ring": {"marker": "o", "markersize": 10, "markeredgewidth": 1.6, "fillstyle": "none"},
    "plus": {"marker": "+", "markersize": 7, "markeredgewidth": 1.4},
    "triangle": {"marker": "^", "markersize": 9, "markeredgecolor": PAPER},
    "cross": {"marker": "x", "markersize": 8, "markeredgewidth": 2.2},
}
_TITLE, _FIRST_ROW, _BETWEEN_ROWS, _WORDS, _GAP, _LETTER = 118, 22, 20, 28, 12, 7.4
"""Pixels: from the left edge to the key, to and between its rows, to the words of an entry, and behind them; and the
width of a letter of the widest system face."""


class Heading:
    """The title of a chart, and right of it the key, in two rows; the row below is the subject's."""

    def __init__(self, figure: Figure, title: str, layout: Layout) -> None:
        self._layout = layout
        place = layout.left / layout.width, 1 - _FIRST_ROW / layout.height
        figure.text(*place, title, fontsize=15, fontweight="bold", color=INK, va="baseline")
        self._entries: dict[str, tuple[Line2D, Text]] = {}
        for pen, words in KEY.items():
            stroke = Line2D([], [], transform=figure.transFigure, color=MUTED, **_PENS[pen])
            self._entries[pen] = stroke, figure.text(0, 0, words, fontsize=12, va="baseline")
            figure.add_artist(stroke)

    def show(self, pens: Set[str]) -> None:
        """Explain these pens, and no others."""
        for number, row in enumerate(_ROWS):
            left = self._layout.left + _TITLE
            for pen in row:
                for artist in self._entries[pen]:
                    artist.set_visible(pen in pens)
                if pen in pens:
                    self._place(pen, left, _FIRST_ROW + number * _BETWEEN_ROWS)
                    left += _WORDS + _LETTER * len(KEY[pen]) + _GAP

    def _place(self, pen: str, left: float, down: float) -> None:
        stroke, words = self._entries[pen]
        width, height = self._layout.width, self._layout.height
        across = [left + 16] if "marker" in _PENS[pen] else [left, left + 22]
        stroke.set_data([x / width for x in across], [1 - (down - 5) / height] * len(across))
        words.set_position(((left + _WORDS) / width, 1 - down / height))
