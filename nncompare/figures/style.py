"""How every figure looks, whatever settings of matplotlib the notebook or its matplotlibrc has made."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from matplotlib import rc_context, rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from nncompare.figures.palette import GRID, INK, MUTED

_LOCK = RLock()
_is_applied = False
_STYLE: dict[Any, Any] = {
    **{name: value for name, value in rcParamsDefault.items() if name != "backend"},
    "figure.dpi": 72,  # so points are the pixels of an SVG
    "figure.frameon": False,
    "font.size": 12,
    "text.color": MUTED,
    "text.parse_math": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": GRID,
    "grid.linewidth": 1,
    "axes.titlecolor": INK,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1,  # else matplotlib measures everything around the axes to place it
    "axes.titlepad": 20,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 7,
    "ytick.major.pad": 8,
    "svg.fonttype": "none",
    "svg.hashsalt": "nncompare",
}


@contextmanager
def figure_style() -> Iterator[None]:
    """Apply the style while a figure is made, changed or written; matplotlib's settings are those of the process.

    To enter it once around much drawing saves time: it takes as long as to draw a few lines, but nothing within itself.
    """
    global _is_applied
    with _LOCK:
        if _is_applied:  # by this thread, further out
            yield
            return
        with rc_context(_STYLE):
            _is_applied = True
            try:
                yield
            finally:
                _is_applied = False


def new_figure(width: float, height: float) -> Figure:
    """Return an empty, transparent figure of a size in points."""
    return Figure(figsize=(width / 72, height / 72))


def new_chart(title: str, width: float = 560, height: float = 300) -> tuple[Figure, Axes]:
    """Return a figure with a title, and its axes; on the right there is room for names."""
    figure = new_figure(width, height)
    axes = figure.add_axes((54 / width, 48 / height, 1 - 130 / width, 1 - 102 / height), frameon=False)
    axes.set_title(title, fontsize=15, pad=28)
    axes.xaxis.set_label_coords(0.5, -36 / (height - 102))
    axes.xaxis.label.set_verticalalignment("baseline")
    return figure, axes


def write_subject(axes: Axes, words: str) -> Text:
    """Write below the title which images a chart is about, so that neither lies over the other."""
    return axes.annotate(words, (0, 1), (0, 11), xycoords="axes fraction", textcoords="offset points", color=MUTED)
