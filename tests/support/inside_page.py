"""The panel of what happens inside, alone on a page, with networks that were never trained."""

import numpy as np
from fake_networks import FakePair
from IPython.display import display
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from nncompare.limits import Limits
from nncompare.ui.elements import button, column
from nncompare.ui.page import Page
from nncompare.ui.panels.image_choice import ChosenImage
from nncompare.ui.panels.inside import InsidePanel
from nncompare.ui.refresher import Refresher

CELL = """import sys
sys.path.insert(0, {folder!r})
import inside_page
page = inside_page.InsidePage({channels!r})
"""


class InsidePage:
    """Shows the panel, and a button that chooses the next digit."""

    def __init__(self, channels: dict[str, int]) -> None:
        self._refresher = Refresher(lambda: self._panel.tick())
        self._panel = InsidePanel(self._refresher)
        self._digit = 6
        page = Page(lambda: None, lambda _step: None, Limits())
        display(column("nnc", [page, button("Next image", self._refresher.posting(self._next)), self._panel]))
        self._panel.set_visible(True)
        self._panel.use(None, FakePair(channels))
        self._next()
        self._refresher.start()

    def _next(self) -> None:
        self._digit = (self._digit + 1) % 10
        self._panel.look_at(ChosenImage(digit(self._digit), f"digit {self._digit}", self._digit))


def digit(number: int) -> NDArray[np.uint8]:
    """Draw a digit as MNIST would have it."""
    picture = Image.new("L", (28, 28))
    ImageDraw.Draw(picture).text((14, 14), str(number), 255, ImageFont.load_default(24), anchor="mm")
    return np.asarray(picture)
