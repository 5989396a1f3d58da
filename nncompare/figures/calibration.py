"""Reliability diagrams: how often a model is right when it is so sure."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from nncompare.analysis import Calibration
from nncompare.figures.frame import BOTTOM, LEFT, RIGHT, TOP, Frame
from nncompare.figures.palette import MODELS, MUTED, NAMES
from nncompare.figures.scales import Scale

_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_SCALE = Scale(0, 1, _SHARES, tuple(f"{share:.0%}" for share in _SHARES))


def calibration_figure(calibrations: Mapping[str, Calibration], subject: str = "") -> Figure:
    """Draw the accuracy of each model ("A", "B") over its confidence, ring by ring; a larger ring holds more images.

    On the diagonal a model is right as often as it is sure; below it, it is too sure.
    """
    frame = Frame("Calibration: how often right")
    frame.write_subject(subject)
    frame.show_note(False)
    frame.set_x(_SCALE, "how sure")
    frame.set_y(_SCALE)
    frame.draw_in_pixels(MUTED, 1.2, linestyle=(0, (1, 4))).set_data([LEFT, RIGHT], [BOTTOM, TOP])
    for place, (name, found) in enumerate(calibrations.items()):
        spots = [
            (frame.across(sure), frame.up(right), _radius(count / found.counts.sum()))
            for sure, right, count in zip(found.confidence, found.accuracy, found.counts, strict=True)
            if count
        ]
        line = frame.draw_in_pixels(MODELS[name], 1.2)
        line.set_data(*np.array([spot[:2] for spot in spots]).reshape(-1, 2).T)
        frame.rings(spots, MODELS[name])
        words = f"{name}: off by {100 * found.error:.1f} points on average"
        frame.text(RIGHT - 6, BOTTOM + 28 - 18 * place, words, color=NAMES[name], weight="bold", ha="right")
    return frame.figure


def describe_calibration(calibrations: Mapping[str, Calibration]) -> str:
    """Say what the diagram shows."""
    words = [
        f"Model {name}: expected calibration error {found.error:.1%}, {_lean(found)}."
        for name, found in calibrations.items()
    ]
    return " ".join(["Accuracy over confidence.", *words])


def _lean(found: Calibration) -> str:
    counts = found.counts
    gap = float(np.nansum((found.confidence - found.accuracy) * counts) / max(1, counts.sum()))
    if abs(gap) < 0.001:
        return "as sure as right"
    return "surer than right" if gap > 0 else "less sure than right"


def _radius(share: float) -> float:
    return 2.5 + 6 * float(np.sqrt(share))
