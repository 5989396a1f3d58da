"""Reliability diagrams: accuracy over confidence."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from nncompare.analysis import Calibration
from nncompare.data import DatasetInfo
from nncompare.figures.output import HALO
from nncompare.figures.palette import MODELS, MUTED, NAMES
from nncompare.figures.style import figure_style, new_chart, write_subject
from nncompare.words import apart, percent


def calibration_figure(calibrations: Mapping[str, Calibration], dataset: DatasetInfo) -> Figure:
    """Draw the accuracy of each model ("A", "B") over its confidence, bin by bin; a larger ring holds more images.

    On the diagonal a model is right as often as it is sure; below it, it is too sure.
    """
    with figure_style():
        figure, axes = new_chart("Calibration: accuracy by confidence")
        write_subject(axes, dataset.subject)
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence")
        axes.xaxis.set_major_formatter(PercentFormatter(1, 0))
        axes.yaxis.set_major_formatter(PercentFormatter(1, 0))
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1.2, linestyle=(0, (1, 4)), clip_on=False)
        for place, (name, found, error) in enumerate(_with_errors(calibrations)):
            held = found.counts > 0
            spots = found.confidence[held], found.accuracy[held]
            diameters = 5 + 12 * np.sqrt(found.counts[held] / found.counts.sum())
            axes.plot(*spots, color=MODELS[name], linewidth=1.2, clip_on=False)
            rings = axes.scatter(*spots, diameters**2, facecolors="none", edgecolors=MODELS[name], linewidths=1.8)
            rings.set_clip_on(False)
            words = f"{name}: expected calibration error {error}"
            axes.text(0.985, 0.13 - 0.085 * place, words, color=NAMES[name], fontweight="bold", ha="right", gid=HALO)
    return figure


def describe_calibration(calibrations: Mapping[str, Calibration], dataset: DatasetInfo) -> str:
    """Return what the diagram shows, in words."""
    words = [
        f"Model {name}: expected calibration error {error}, {_lean(found)}."
        for name, found, error in _with_errors(calibrations)
    ]
    return " ".join([f"Accuracy over confidence, {dataset.subject}.", *words])


def _with_errors(calibrations: Mapping[str, Calibration]) -> list[tuple[str, Calibration, str]]:
    """List the models with their error as text."""
    errors = apart([found.error for found in calibrations.values()], percent, 1)
    return [(*item, error) for item, error in zip(calibrations.items(), errors, strict=True)]


def _lean(found: Calibration) -> str:
    counts = found.counts
    gap = float(np.nansum((found.confidence - found.accuracy) * counts) / max(1, counts.sum()))
    if abs(gap) < 0.001:
        return "as sure as right"
    return "surer than right" if gap > 0 else "less sure than right"
