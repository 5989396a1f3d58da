"""The steps, and the way through them."""

from collections.abc import Callable
from dataclasses import dataclass

from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Later, Panel, hide
from nncompare.ui.page import Page
from nncompare.ui.steps.data import DataStep
from nncompare.ui.steps.explore import ExploreStep
from nncompare.ui.steps.history import HistoryStep
from nncompare.ui.steps.models import ModelsStep
from nncompare.ui.steps.predictions import PredictionsStep
from nncompare.ui.steps.training import TrainingStep


@dataclass(frozen=True)
class Steps:
    """The steps, in the order in which they are taken."""

    data: DataStep
    models: ModelsStep
    training: TrainingStep
    predictions: PredictionsStep
    explore: ExploreStep
    history: Later[HistoryStep]

    def by_title(self) -> dict[str, Panel]:
        """Return the steps by the names that the navigation shows."""
        return {name.capitalize(): step for name, step in vars(self).items()}


class Navigation:
    """Names the steps and shows the chosen one, which the address of the page names, too.

    Calls `on_pick` with the name that is pressed, and `on_arrival` with the one that is shown.
    """

    def __init__(
        self, steps: Steps, page: Page, on_pick: Callable[[str], None], on_arrival: Callable[[str], None]
    ) -> None:
        self._steps, self._page, self._on_arrival = steps.by_title(), page, on_arrival
        self.step = next(iter(self._steps))
        self.box = Clickable(on_pick, "nnc-steps")

    def go(self, step: str, *, is_new_address: bool = True) -> None:
        """Show a step in place of the one before; what is no step is passed over."""
        if step not in self._steps:
            return
        is_new, self.step = step != self.step, step
        for name, panel in self._steps.items():
            hide(panel.box, name != step)
        self.box.show("navigation.html", steps=list(self._steps), current=step)
        self._on_arrival(step)
        if is_new:
            self._page.show_step(step.lower(), is_new_address=is_new_address)

    def go_to(self, address: str) -> None:
        """Show the step of an address such as "training", as the browser goes there; without one it is the first."""
        self.go(address.capitalize() or next(iter(self._steps)), is_new_address=False)
