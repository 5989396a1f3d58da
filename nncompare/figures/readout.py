"""The numbers behind a drawn chart, few as they are drawn: what a page needs to tell the values at any place."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncompare.figures.layout import Layout
from nncompare.figures.points import Points, Trace
from nncompare.figures.scales import Scale

_DIGITS = 5


@dataclass(frozen=True)
class Readout:
    """What a page is told of a chart beside its drawing; all of it is plain lists, dictionaries and numbers."""

    plot: list[float]  # its edges in pixels from the upper left corner: left, top, right, bottom
    x_end: float  # where the x axis ends
    unit: str  # what it counts
    y: list[float]  # the ends of the y axis: values, or
    is_log: bool  # their decimal logarithms
    lines: dict[str, list[list[float]]]  # the points of each line that is on, by name: {"A test": [x, y]}
    whole: dict[str, list[list[float]]]  # those of all test images, likewise
    names: dict[str, list[Any]]  # of each name its height in pixels, and whether its line is on
    pens: list[str]  # what is drawn, by the names of the key


def read_out(
    layout: Layout,
    x: Scale,
    y: Scale,
    unit: str,
    traces: dict[str, Trace],
    names: dict[str, tuple[float, bool]],
    pens: list[str],
) -> Readout:
    """Tell the numbers of traces, by the names of their lines, and where names stand (from 0 to 1, on or off)."""
    left, top, width, height = layout.left, layout.top, layout.plot_width, layout.plot_height
    on = {name: trace for name, trace in traces.items() if names[name][1]}
    return Readout(
        plot=[round(edge, 1) for edge in (left, top, left + width, top + height)],
        x_end=x.high,
        unit=unit,
        y=[y.low, y.high],
        is_log=y.is_log,
        lines={name: _columns(trace.joined) for name, trace in on.items()},
        whole={name: _columns(trace.whole) for name, trace in on.items() if len(trace.whole.x)},
        pens=pens,
        names={name: [round(top + (1 - place) * height, 1), is_on] for name, (place, is_on) in names.items()},
    )


def _columns(points: Points) -> list[list[float]]:
    return [_rounded(points.x), _rounded(points.y)]


def _rounded(values: NDArray[np.float64]) -> list[float]:
    magnitude = np.floor(np.log10(np.maximum(np.abs(values), 1e-12)))
    factor = 10.0 ** (_DIGITS - 1 - np.minimum(magnitude, 300))
    return (np.rint(values * factor) / factor).tolist()
