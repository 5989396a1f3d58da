"""Charts as matplotlib figures, shown as inline SVG; nothing here knows a widget or uses pyplot."""

from nncompare.figures.calibration import calibration_figure, describe_calibration
from nncompare.figures.class_scores import class_scores_figure, describe_class_scores
from nncompare.figures.confusion import confusion_figure, describe_confusion
from nncompare.figures.curves import CurveChart
from nncompare.figures.files import ImageFormat, image_file
from nncompare.figures.marks import best_epoch
from nncompare.figures.palette import PAST
from nncompare.figures.points import Axis
from nncompare.figures.svg import figure_svg
from nncompare.figures.wording import TITLES

__all__ = [
    "PAST",
    "TITLES",
    "Axis",
    "CurveChart",
    "ImageFormat",
    "best_epoch",
    "calibration_figure",
    "class_scores_figure",
    "confusion_figure",
    "describe_calibration",
    "describe_class_scores",
    "describe_confusion",
    "figure_svg",
    "image_file",
]
