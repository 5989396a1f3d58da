"""Precision, recall and F1 of each class as a picture, both models beside each other."""

from collections.abc import Mapping
from math import floor

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nncompare.analysis import ClassScores
from nncompare.data import DatasetInfo
from nncompare.figures.palette import GRID, MODELS, NAMES
from nncompare.figures.style import figure_style, new_figure
from nncompare.words import apart, percent

_TITLES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
_WIDTH, _ROW, _HEAD, _FOOT = 878, 22, 58, 34


def class_scores_figure(scores: Mapping[str, ClassScores], dataset: DatasetInfo) -> Figure:
    """Draw for each class where A and B stand; the line between them is their difference."""
    values = np.array([[getattr(found, key) for found in scores.values()] for key in _TITLES])  # (3, models, K)
    low = min(0.9, floor(10 * values.min()) / 10)
    ticks = (low, (low + 1) / 2, 1)
    height = _HEAD + _ROW * len(dataset.classes) + _FOOT
    with figure_style():
        figure = new_figure(_WIDTH, height)
        panels = figure.subplots(1, 3, sharex=True, sharey=True, subplot_kw={"frameon": False})
        figure.subplots_adjust(84 / _WIDTH, _FOOT / height, 1 - 24 / _WIDTH, 1 - _HEAD / height, wspace=0.3)
        for axes, title, columns in zip(panels, _TITLES.values(), values, strict=True):
            axes.set_title(title, fontsize=13, pad=10)
            _draw(axes, dict(zip(scores, columns, strict=True)))
        axes.set_xticks(ticks, [f"{100 * tick:.3g}%" for tick in ticks])
        axes.set_yticks(range(len(dataset.classes)), [name[:12] for name in dataset.classes])
        axes.set(xlim=(low, 1), ylim=(len(dataset.classes) - 0.5, -0.5))
        colours = [NAMES[name] for name in scores]
        figure.legend(*axes.get_legend_handles_labels(), loc="upper left", ncols=2, frameon=False, labelcolor=colours)
    return figure


def describe_class_scores(scores: Mapping[str, ClassScores], dataset: DatasetInfo) -> str:
    """Return for each model the class with its lowest F1."""
    lowest = apart([float(found.f1.min()) for found in scores.values()], percent, 1)
    words = [
        f"Model {name} does worst on {dataset.classes[int(found.f1.argmin())]}: F1 {f1}."
        for (name, found), f1 in zip(scores.items(), lowest, strict=True)
    ]
    return " ".join(["Precision, recall and F1 of each class.", *words])


def _draw(axes: Axes, columns: Mapping[str, NDArray[np.float64]]) -> None:
    both = np.array(list(columns.values()))
    rows = np.arange(both.shape[1])
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.hlines(rows, both.min(axis=0), both.max(axis=0), colors=GRID, linewidths=3)
    for name, column in columns.items():
        (rings,) = axes.plot(column, rows, "o", color=MODELS[name], label=name, fillstyle="none", clip_on=False)
        rings.set(markersize=8, markeredgewidth=1.8)
