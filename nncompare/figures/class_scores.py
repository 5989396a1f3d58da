"""Precision, recall and F1 of each class as a picture, both models beside each other."""

from collections.abc import Mapping, Sequence
from math import floor

import numpy as np
from matplotlib.figure import Figure

from nncompare.analysis import ClassScores
from nncompare.figures.palette import GRID, INK, MODELS, NAMES
from nncompare.figures.sheet import Sheet

_ROW, _HEAD, _FOOT = 22.0, 58.0, 34.0
_LABELS, _PANEL, _GAP = 84.0, 222.0, 52.0
_TITLES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}


def class_scores_figure(scores: Mapping[str, ClassScores], classes: Sequence[str]) -> Figure:
    """Draw for each class where A and B stand; the line between them is their difference."""
    height = _HEAD + _ROW * len(classes) + _FOOT
    sheet = Sheet(_LABELS + 3 * _PANEL + 2 * _GAP + 16, height)
    values = {key: np.array([getattr(found, key) for found in scores.values()]) for key in _TITLES}
    low = floor(10 * min(float(column.min()) for column in values.values())) / 10
    low = min(low, 0.9)
    for place, name in enumerate(scores):
        sheet.text(_LABELS + 22 * place, height - 18, name, weight="bold", color=NAMES[name])
    heights = [_FOOT + _ROW * (len(classes) - row - 0.5) for row in range(len(classes))]
    for name, y in zip(classes, heights, strict=True):
        sheet.text(_LABELS - 14, y - 4, name[:12], size=11, ha="right")
    for number, (key, title) in enumerate(_TITLES.items()):
        left = _LABELS + number * (_PANEL + _GAP)
        _draw_panel(sheet, left, title, low, heights, dict(zip(scores, values[key], strict=True)))
    return sheet.figure


def describe_class_scores(scores: Mapping[str, ClassScores], classes: Sequence[str]) -> str:
    """Name for each model the class that it does worst on."""
    words = [
        f"Model {name} does worst on {classes[int(found.f1.argmin())]}: F1 {float(found.f1.min()):.1%}."
        for name, found in scores.items()
    ]
    return " ".join(["Precision, recall and F1 of each class.", *words])


def _draw_panel(
    sheet: Sheet, left: float, title: str, low: float, heights: Sequence[float], values: Mapping[str, np.ndarray]
) -> None:
    def across(value: float) -> float:
        return left + _PANEL * (value - low) / (1 - low)

    top = heights[0] + _ROW / 2
    sheet.text(left, top + 10, title, size=13, weight="bold", color=INK)
    for tick in (low, (low + 1) / 2, 1.0):
        x = across(tick)
        sheet.draw_in_pixels(GRID, 1).set_data([x, x], [_FOOT, top])
        sheet.text(x, _FOOT - 18, f"{100 * tick:.3g}%", size=11, ha="center")
    for y, *pair in zip(heights, *values.values(), strict=True):
        sheet.draw_in_pixels(GRID, 3).set_data([across(float(value)) for value in pair], [y] * len(pair))
    for name, column in values.items():
        sheet.rings([(across(float(value)), y, 4.0) for value, y in zip(column, heights, strict=True)], MODELS[name])
