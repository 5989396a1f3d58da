"""The range of several seeds, behind the line of their mean."""

import numpy as np
from matplotlib.patches import Polygon

from nncompare.figures.frame import Frame
from nncompare.figures.palette import MODELS
from nncompare.figures.points import Points

_NOWHERE = np.full((3, 2), np.nan)


class Band:
    """The area between the lowest and the highest of a model's curves, in the model's colour, cut at the chart's edges.

    The band of the test images is the darker one.
    """

    def __init__(self, frame: Frame, model: str, split: str) -> None:
        self._axes = frame.axes
        self._area = Polygon(
            _NOWHERE, closed=True, color=MODELS[model], alpha=0.25 if split == "test" else 0.12, linewidth=0
        )
        self._area.set(clip_on=False, zorder=-0.5)
        frame.axes.add_patch(self._area)

    def draw(self, low: Points, high: Points) -> None:
        """Fill the area between two lines, or nothing where there is less than a line."""
        if len(low.x) < 2:
            self.clear()
            return
        bottom, top = self._axes.get_ylim()
        x, y = np.concatenate([low.x, high.x[::-1]]), np.concatenate([low.y, high.y[::-1]])
        self._area.set(xy=np.column_stack([x, np.clip(y, bottom, top)]), visible=True)

    def clear(self) -> None:
        """Show nothing."""
        self._area.set_visible(False)
