"""Charts as matplotlib figures, shown as inline SVG; nothing here knows a widget or uses pyplot."""

from nncompare.figures.curves import CurveChart
from nncompare.figures.layout import Layout, View
from nncompare.figures.marks import best_epoch
from nncompare.figures.output import figure_svg, image_file
from nncompare.figures.palette import PAST
from nncompare.figures.wording import UNITS

__all__ = [
    "PAST",
    "UNITS",
    "CurveChart",
    "Layout",
    "View",
    "best_epoch",
    "figure_svg",
    "image_file",
]
