"""The presentation mode, for the last row of a room: larger type, controls away, the whole window for what is seen."""

from nncompare.ui.clickable import STATIC
from nncompare.ui.making import Scripted


class Presentation(Scripted):
    """The button that turns it on and off, as the key p does; Escape leaves it.

    It is a matter of the page alone: the class ``nnc-presenting`` of the dashboard. At the edge it offers the other
    steps, and Train or Pause, to those who have no keys.
    """

    _esm = (STATIC / "presentation.js").read_text(encoding="utf-8")

    def __init__(self) -> None:
        super().__init__("nnc-presentation")
