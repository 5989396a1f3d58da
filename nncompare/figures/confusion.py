"""Confusion matrices as a picture: of A, of B, and their difference. K classes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nncompare.data import DatasetInfo
from nncompare.figures.palette import INK, MODELS
from nncompare.figures.style import figure_style, new_figure

_CELL, _LEFT, _GAP, _HEAD, _FOOT = 27, 88, 26, 52, 26
_SLANTED = 38
"""How far names of classes reach up and to the right; single letters and digits stand upright."""
_LONGEST = 12
_DARKEST = 0.6


def confusion_figure(matrices: Mapping[str, NDArray[np.integer]], dataset: DatasetInfo) -> Figure:
    """Draw the matrices (K, K) of A and B, rows true classes and columns predicted ones, and A − B beside them.

    The tint of a count is its share of the row; of a difference, its share of the largest, in the colour of the model
    that predicts it more often.
    """
    a, b = matrices["A"], matrices["B"]
    shares = [matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True)) for matrix in (a, b)]
    panels = [
        ("A", a, shares[0], "{:,}"),
        ("B", b, -shares[1], "{:,}"),
        ("A − B", a - b, (a - b) / max(1, int(np.abs(a - b).max())), "{:+,}"),
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
        figure.axes[0].set_ylabel("true class")
    return figure


def describe_confusion(matrices: Mapping[str, NDArray[np.integer]], dataset: DatasetInfo) -> str:
    """Return which two classes each model takes for each other most often."""
    words = [f"Model {name} {_most_often(matrix, dataset.classes)}." for name, matrix in matrices.items()]
    return " ".join(["True classes in rows, predicted classes in columns.", *words])


def _draw(axes: Axes, counts: NDArray[np.integer], tint: NDArray[np.float64], form: str) -> None:
    colours = np.where(tint[..., None] < 0, to_rgb(MODELS["B"]), to_rgb(MODELS["A"]))
    axes.pcolormesh(np.dstack([colours, _DARKEST * np.abs(tint)]))
    for row, column in np.argwhere(counts):
        words = form.format(int(counts[row, column]))
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
    wrong = matrix * (1 - np.eye(len(matrix), dtype=matrix.dtype))
    if not wrong.any():
        return "takes no class for another"
    true, predicted = (int(place) for place in np.unravel_index(int(wrong.argmax()), wrong.shape))
    return f"most often takes {classes[true]} for {classes[predicted]}: {wrong[true, predicted]:,} times"
