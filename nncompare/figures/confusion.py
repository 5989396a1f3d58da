"""Confusion matrices as a picture: of A, of B, and their difference. K classes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nncompare.figures.palette import INK, MODELS, MUTED
from nncompare.figures.sheet import Sheet

_CELL = 27.0
_LABELS, _GAP, _HEAD, _FOOT = 62.0, 26.0, 56.0, 14.0
_DARKEST = 0.6
_LETTERS = 4


def confusion_figure(a: NDArray[np.integer], b: NDArray[np.integer], classes: Sequence[str]) -> Figure:
    """Draw two matrices (K, K) of counts, rows true classes and columns what was said, and A less B beside them.

    The tint of a count is its share of the row; of a difference, its share of the largest, in the colour of the model
    that says it more often.
    """
    side = _CELL * len(classes)
    sheet = Sheet(_LABELS + 3 * side + 2 * _GAP, _HEAD + side + _FOOT)
    tints = [matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True)) for matrix in (a, b)]
    difference = a - b
    panels = [
        ("A", a, tints[0], "{:,}"),
        ("B", b, tints[1], "{:,}"),
        ("A less B", difference, difference / max(1, int(np.abs(difference).max())), "{:+,}"),
    ]
    for number, (title, counts, tint, form) in enumerate(panels):
        left = _LABELS + number * (side + _GAP)
        sheet.text(left, _FOOT + side + 36, title, size=14, weight="bold", color=INK)
        for column, name in enumerate(classes):
            sheet.text(left + (column + 0.5) * _CELL, _FOOT + side + 8, name[:_LETTERS], size=9, ha="center")
        for row, column in np.argwhere(counts):
            x, y = left + column * _CELL, _FOOT + side - (row + 1) * _CELL
            value = float(tint[row, column])
            model = "B" if title == "B" or value < 0 else "A"
            sheet.area(x, y, _CELL - 1, _CELL - 1, MODELS[model], round(_DARKEST * abs(value), 3))
            words = form.format(int(counts[row, column]))
            sheet.text(x + _CELL / 2, y + 10, words, size=9, ha="center", color=INK)
    for row, name in enumerate(classes):
        y = _FOOT + side - (row + 1) * _CELL + 10
        sheet.text(_LABELS - 8, y, name[:10], size=9, ha="right", color=MUTED)
    return sheet.figure


def describe_confusion(a: NDArray[np.integer], b: NDArray[np.integer], classes: Sequence[str]) -> str:
    """Say which two classes each model takes for each other most often."""
    words = [f"Model {name} {_most_often(matrix, classes)}." for name, matrix in (("A", a), ("B", b))]
    return " ".join(["True classes in rows, what was said in columns.", *words])


def _most_often(matrix: NDArray[np.integer], classes: Sequence[str]) -> str:
    wrong = matrix * (1 - np.eye(len(matrix), dtype=matrix.dtype))
    if not wrong.any():
        return "takes no class for another"
    true, said = (int(place) for place in np.unravel_index(int(wrong.argmax()), wrong.shape))
    return f"most often takes {classes[true]} for {classes[said]}: {wrong[true, said]:,} times"
