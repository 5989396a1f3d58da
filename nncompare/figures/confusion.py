"""Confusion matrices as a picture: of A, of B, and their difference. K classes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from nncompare.data import DatasetInfo
from nncompare.figures.palette import INK, MODELS, MUTED
from nncompare.figures.style import figure_style, new_figure
from nncompare.words import with_minus

_CELL, _LEFT, _GAP, _HEAD, _FOOT = 27, 88, 26, 52, 26
_SLANTED = 38
"""How far names of classes reach up and to the right; single letters and digits stand upright."""
_LONGEST = 12
_PALEST, _DARKEST = 0.22, 0.6


def confusion_figure(matrices: Mapping[str, NDArray[np.integer]], dataset: DatasetInfo) -> Figure:
    """Draw the matrices (K, K) of A and B, rows true classes and columns predicted ones, and A − B beside them.

    Only mistakes have a tint, as dark as `shades` says; that of a difference is the colour of the model that makes the
    mistake more often. Right answers are framed.
    """
    a, b = matrices["A"], matrices["B"]
    panels = [
        ("A", a, shades(a, b), "{:,}"),
        ("B", b, -shades(b, a), "{:,}"),
        ("Mistakes: A − B", a - b, shades(a - b) * np.sign(a - b), "{:+,}"),
    ]
    slant = _SLANTED if max(map(len, dataset.classes)) > 1 else 0
    side = _CELL * len(dataset.classes)
    width, height = _LEFT + 3 * side + 2 * _GAP + slant, _HEAD + slant + side + _FOOT
    with figure_style():
        figure = new_figure(width, height)
        for number, (title, counts, tint, form) in enumerate(panels):
            left = _LEFT + number * (side + _GAP)
            axes = figure.add_axes((left / width, _FOOT / height, side / width, side / height), frameon=False)
            axes.set_title(title, fontsize=14, pad=_HEAD + slant - 18)
            _draw(axes, counts, tint, form)
            _name(axes, [name[:_LONGEST] for name in dataset.classes], slanted=slant > 0)
            axes.tick_params(labelleft=number == 0)
        figure.axes[0].set_ylabel("true")
    return figure


def shades(counts: NDArray[np.integer], *beside: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return how dark the cells of a matrix or of a difference (K, K) are, from 0 to 1, on a scale of mistakes alone.

    The scale is also that of the matrices `beside` it. One mistake does not look like none; right answers, on the
    diagonal, have no shade.
    """
    mistakes, *others = (_mistakes(matrix) for matrix in (counts, *beside))
    largest = max(int(each.max()) for each in (mistakes, *others))
    return np.where(mistakes > 0, _PALEST + (1 - _PALEST) * mistakes / max(1, largest), 0.0)


def describe_confusion(matrices: Mapping[str, NDArray[np.integer]], dataset: DatasetInfo) -> str:
    """Return which two classes each model takes for each other most often."""
    words = [f"Model {name} {_most_often(matrix, dataset.classes)}." for name, matrix in matrices.items()]
    return " ".join(["True classes in rows, predicted classes in columns.", *words])


def _mistakes(matrix: NDArray[np.integer]) -> NDArray[np.integer]:
    return np.abs(matrix) * (1 - np.eye(len(matrix), dtype=matrix.dtype))


def _draw(axes: Axes, counts: NDArray[np.integer], tint: NDArray[np.float64], form: str) -> None:
    colours = np.where(tint[..., None] < 0, to_rgb(MODELS["B"]), to_rgb(MODELS["A"]))
    axes.pcolormesh(np.dstack([colours, _DARKEST * np.abs(tint)]))
    for place in range(len(counts)):
        frame = Rectangle((place + 0.04, place + 0.04), 0.92, 0.92, fill=False, edgecolor=MUTED, linewidth=0.8)
        axes.add_patch(frame)
    for row, column in np.argwhere(counts):
        words = with_minus(form.format(int(counts[row, column])))
        axes.text(column + 0.5, row + 0.5, words, fontsize=9, ha="center", va="center_baseline", color=INK)


def _name(axes: Axes, classes: Sequence[str], slanted: bool) -> None:
    middles = np.arange(len(classes)) + 0.5
    axes.set(ylim=(len(classes), 0), xlabel="predicted")
    axes.grid(visible=False)
    axes.xaxis.tick_top()
    axes.tick_params(labelsize=9, pad=6)
    axes.set_yticks(middles, classes)
    turned: dict[str, Any] = {"rotation": 45, "ha": "left", "rotation_mode": "anchor"} if slanted else {}
    axes.set_xticks(middles, classes, **turned)


def _most_often(matrix: NDArray[np.integer], classes: Sequence[str]) -> str:
    wrong = _mistakes(matrix)
    if not wrong.any():
        return "takes no class for another"
    true, predicted = (int(place) for place in np.unravel_index(int(wrong.argmax()), wrong.shape))
    return f"most often takes {classes[true]} for {classes[predicted]}: {wrong[true, predicted]:,} times"
