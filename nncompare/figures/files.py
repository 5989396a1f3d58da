"""Figures as files that stand alone: for slides and papers."""

from io import BytesIO
from typing import Literal

from matplotlib import rc_context
from matplotlib.figure import Figure

from nncompare.figures.palette import PAPER
from nncompare.figures.svg import DRAWING

ImageFormat = Literal["png", "svg"]
_DOTS_PER_INCH = 200


def image_file(figure: Figure, kind: ImageFormat) -> bytes:
    """Write a figure on white paper as PNG (200 dots per inch) or as SVG with its texts as text."""
    file = BytesIO()
    # Without a date: equal figures give equal files.
    metadata = {"Date": None} if kind == "svg" else {}
    with DRAWING, rc_context({"svg.fonttype": "none", "svg.hashsalt": "nncompare"}):
        was_framed = figure.get_frameon()
        figure.set_frameon(True)
        figure.savefig(file, format=kind, dpi=_DOTS_PER_INCH, facecolor=PAPER, metadata=metadata)
        figure.set_frameon(was_framed)
    return file.getvalue()
