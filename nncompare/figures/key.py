"""What the pens of a chart mean, drawn once beside its title."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nncompare.figures.layout import Layout
from nncompare.figures.palette import INK, MUTED, PAPER

KEY = {"training": "solid", "test": "dashed", "all test images": "mark"}
"""What is drawn how: the one list of words for the key of a picture and of the page."""

_PENS: dict[str, dict[str, Any]] = {
    "solid": {"linewidth": 1.8},
    "dashed": {"linewidth": 1.8, "linestyle": (0, (1.6, 2.5)), "dash_capstyle": "round"},
    "mark": {"linestyle": "none", "marker": "D", "markersize": 5.5, "markeredgecolor": PAPER},
}
_TITLE, _STEPS = 118, {"solid": 72, "dashed": 48, "mark": 0}
"""Pixels: from the left edge to the key, and from one entry to the next; wide enough for the widest system face."""


def write_heading(figure: Figure, title: str, layout: Layout) -> None:
    """Write the title of a chart, and the key to the right of it; the row below is the subject's."""
    size = layout.width, layout.height
    row = 1 - 22 / size[1]
    figure.text(layout.left / size[0], row, title, fontsize=15, fontweight="bold", color=INK, va="baseline")
    left = layout.left + _TITLE
    for words, pen in KEY.items():
        across = [left / size[0], (left + 22) / size[0]] if pen != "mark" else [(left + 16) / size[0]]
        heights = [row + 5 / size[1]] * len(across)
        figure.add_artist(Line2D(across, heights, transform=figure.transFigure, color=MUTED, **_PENS[pen]))
        figure.text((left + 28) / size[0], row, words, fontsize=12, va="baseline")
        left += 28 + _STEPS[pen]
