"""The way through the steps, of which one is seen."""

from collections.abc import Callable, Mapping

from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Panel, hide, is_hidden, set_value
from nncompare.ui.html import render


class Navigation:
    """Names the steps, and shows the chosen one; calls `on_pick` with the name of another."""

    def __init__(self, steps: Mapping[str, Panel], on_pick: Callable[[str], None]) -> None:
        self._steps = steps
        self.step = next(iter(steps))
        self.box = Clickable(on_pick, "nnc-steps")

    def show(self, step: str) -> None:
        """Show a step in place of the one before."""
        self.step = step
        for name, panel in self._steps.items():
            hide(panel.box, name != step)
        set_value(self.box, html=render("navigation.html", steps=list(self._steps), current=step))

    @property
    def seen(self) -> list[str]:
        """The steps that are on the page."""
        return [name for name, panel in self._steps.items() if not is_hidden(panel.box)]
