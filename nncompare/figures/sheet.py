"""A sheet of paper for a figure, measured in the pixels of its SVG."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from nncompare.figures.palette import MUTED

_ROUND = np.linspace(0, 2 * np.pi, 17)
_GAP = np.full((1, 2), np.nan)


class Sheet:
    """Texts, lines and areas at pixels from the lower left corner.

    Markers and collections of matplotlib's own would need identifiers in the SVG; these are plain strokes.

    Attributes
    ----------
    figure : Figure
        Transparent, 72 dots per inch: its points are the SVG's pixels.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, frameon=False)
        self.pixels = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans

    def text(self, x: float, y: float, words: str = "", **style: Any) -> Text:
        """Write a text with its baseline at (x, y) pixels."""
        options: dict[str, Any] = {"size": 12, "color": MUTED, "va": "baseline", "parse_math": False} | style
        return self.figure.text(x, y, words, transform=self.pixels, **options)

    def draw_in_pixels(self, colour: str, width: float, **style: Any) -> Line2D:
        """Add an artist for strokes, without any yet."""
        line = Line2D([], [], color=colour, linewidth=width, transform=self.pixels, solid_capstyle="round", **style)
        self.figure.add_artist(line)
        return line

    def area(self, left: float, bottom: float, width: float, height: float, colour: str, alpha: float) -> None:
        """Fill a rectangle."""
        corners = [(left, bottom), (left + width, bottom), (left + width, bottom + height), (left, bottom + height)]
        patch = Polygon(corners, closed=True, color=colour, alpha=alpha, linewidth=0, transform=self.pixels)
        self.figure.add_artist(patch)

    def rings(self, spots: Iterable[tuple[float, float, float]], colour: str) -> None:
        """Draw rings around places, each given as x, y and radius."""
        circle = np.column_stack([np.cos(_ROUND), np.sin(_ROUND)])
        strokes = [np.concatenate([circle * radius + (x, y), _GAP]) for x, y, radius in spots]
        if strokes:
            self.draw_in_pixels(colour, 1.8).set_data(*np.concatenate(strokes).T)
