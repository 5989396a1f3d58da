"""Robustness curves on the page: a disturbance is chosen, measured on request, and drawn."""

from collections.abc import Callable
from functools import partial
from threading import Event

from nncompare.analysis import Robustness
from nncompare.comparison.inspectable import Inspectable
from nncompare.comparison.robustness import measure_robustness
from nncompare.data import ImageData
from nncompare.disturbances import DISTURBANCES, DisturbanceName
from nncompare.ui.action_buttons import Action, ActionButtons
from nncompare.ui.elements import Place, column, dropdown, row, set_value
from nncompare.ui.panels.robustness_curves import DrawnRobustness, RobustnessCurves, draw_robustness
from nncompare.ui.refresher import Refresher

_CHOICES = [(info.title, name) for name, info in DISTURBANCES.items()]
_START = "Draw the curves"


class RobustnessPanel:
    """Measures the robustness of a pair, one disturbance at a time, and keeps what it has found of this pair.

    A measurement that was asked for goes on while the panel is not on the screen. Its finding is also told to `say`,
    for screen readers.
    """

    def __init__(self, refresher: Refresher, say: Callable[[str], None] = lambda _: None) -> None:
        self._refresher, self._say = refresher, say
        self._pair: Inspectable | None = None
        self._drawn: dict[DisturbanceName, DrawnRobustness] = {}
        self._cancelled: Event | None = None  # of the measurement under way
        self._has_weights = False
        self.choice = dropdown("Disturbance", _CHOICES, refresher.posting(self._end))
        self.buttons = ActionButtons(refresher.posting(self._on_press), "nnc-robustness-go")
        self.progress, self.note = Place("nnc-robustness-progress"), Place("nnc-robustness-note")
        self.curves = RobustnessCurves(refresher, self.note.tell)
        controls = row("nnc-row", [self.choice, self.buttons, self.progress])
        self.box = column("nnc-robustness", [controls, self.note, self.curves])
        self._end()

    @property
    def found(self) -> list[Robustness]:
        """All curves of this pair that were made here, for the report."""
        return [drawn.found for drawn in self._drawn.values()]

    def use(self, _images: ImageData | None, pair: Inspectable | None) -> None:
        """Look at another pair; what was found of the one before is forgotten."""
        if pair is not self._pair:
            self._pair, self._drawn = pair, {}
            self._has_weights = self._can_try
            self._end()

    def set_visible(self, is_visible: bool) -> None:
        """Set whether the panel is on the screen."""
        if is_visible:
            self.tick()

    def tick(self) -> None:
        """Look whether there are weights to try by now."""
        if self._can_try != self._has_weights:
            self._has_weights = not self._has_weights
            self._show()

    @property
    def _can_try(self) -> bool:
        return self._pair is not None and bool(self._pair.networks)

    def _on_press(self, action: str) -> None:
        self._end()
        if action == "cancel":
            self._say("Cancelled.")
        elif self._pair is not None:
            self._begin(self._pair, self.choice.value)

    def _begin(self, pair: Inspectable, name: DisturbanceName) -> None:
        cancelled = self._cancelled = Event()
        self._show()
        self._on_progress(cancelled, 0, len(DISTURBANCES[name].strengths))
        self._refresher.in_background(
            lambda: self._measure(cancelled, pair, name),
            lambda drawn: self._on_measured(cancelled, drawn),
            lambda error: self._on_failed(cancelled, error),
        )

    def _measure(self, cancelled: Event, pair: Inspectable, name: DisturbanceName) -> DrawnRobustness | None:
        """Measure and draw, in the background."""
        on_progress = self._refresher.posting(partial(self._on_progress, cancelled))
        found = measure_robustness(pair, name, on_progress, cancelled.is_set)
        return draw_robustness(found, pair.comparison.dataset) if found is not None else None

    def _on_progress(self, cancelled: Event, done: int, of: int) -> None:
        if not cancelled.is_set():
            self.progress.show("robustness_progress.html", done=done, of=of)

    def _on_measured(self, cancelled: Event, drawn: DrawnRobustness | None) -> None:
        if drawn is not None and not cancelled.is_set():
            self._drawn[drawn.found.disturbance] = drawn
            self._end()
            self._say(drawn.section.headline)

    def _on_failed(self, cancelled: Event, error: Exception) -> None:
        if not cancelled.is_set():
            self._end(f"The curves could not be made. {error}")

    def _end(self, *why: str) -> None:
        """Give up what is under way; at most one more strength is tried, whose answer nobody looks at."""
        if self._cancelled is not None:
            self._cancelled.set()
        self._cancelled = None
        self.note.tell(*why)
        set_value(self.progress, value="")
        self._show()

    def _show(self) -> None:
        start = Action("try", _START, is_off=not self._has_weights, is_strong=True)
        self.buttons.show([Action("cancel", "Cancel") if self._cancelled is not None else start])
        self.curves.show(self._drawn.get(self.choice.value), has_weights=self._has_weights)
