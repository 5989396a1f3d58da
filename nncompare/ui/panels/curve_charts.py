"""The curves of both models, over each other."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, get_args

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.view import RunView
from nncompare.data import CATALOG
from nncompare.figures import PAST, UNITS, CurveChart, Layout, View
from nncompare.figures.points import Quantity
from nncompare.figures.style import figure_style
from nncompare.history import History, SeedBand, seed_band
from nncompare.ui.elements import Place, column, row, set_value
from nncompare.ui.panels.chart import Chart, Choice
from nncompare.ui.panels.curve_details import CurveDetails
from nncompare.ui.panels.running_curves import curves, curves_begun, drawn_runs, goals, most_epochs
from nncompare.ui.refresher import Refresher, Rest

_CHOICES = {
    "loss": Choice("Scale of the loss", {"linear": "linear", "log": "log"}, "log"),
    "accuracy": Choice("Curves over", UNITS, "epoch"),
}
# Until the page has told how large they are: that of a window of 1280 by 720.
_UNTOLD = (565.0, 350.0, 15.0)


@dataclass(frozen=True)
class PastModel:
    """A model of a saved comparison, to be laid beside others in the charts: its name and its curves."""

    title: str
    history: History


class CurveCharts:
    """One chart for each quantity that is measured while a network learns, side by side.

    `further` is a panel of its own: what is said about the curves, and rarely asked for. `runs` are by name those whose
    figures the charts show now: who tells of the same tells no other.
    """

    def __init__(self, refresher: Refresher) -> None:
        self._view, self._rest = View(), Rest()
        self._sizes: dict[str, tuple[float, float, float]] = {}
        self.drawings = {quantity: self._chart(quantity, refresher) for quantity in get_args(Quantity)}
        self.further = CurveDetails(refresher, lambda count: self._look(smoothing=count))
        self._past_note = Place("nnc-legend")
        self._drawn, self._begun, self._is_final_drawn = -1, 0, True
        self._planned = 3
        self._running: ComparisonRun | None = None
        self._bands: Mapping[str, SeedBand] = {}
        self.runs: Mapping[str, RunView] = {}
        self._past: PastModel | None = None
        self.box = column("nnc-charts", [row("nnc-chart-pair", list(self.drawings.values())), self._past_note])

    def draw_empty(self) -> None:
        """Draw the empty charts, so that nothing jumps when the first point arrives."""
        self._draw()

    def plan(self, epochs: int) -> None:
        """Have the empty charts reach as far as a comparison that is to be trained."""
        if self._running is None and epochs != self._planned:
            self._planned = epochs
            if "_charts" in vars(self):
                for chart in self._charts.values():
                    chart.reset(epochs)
                self._draw()

    def begin(self, running: ComparisonRun) -> None:
        """Show the curves of a comparison that has just been started."""
        self._running, self._rest = running, Rest()
        self._bands, self.runs = {}, {}
        self._drawn, self._begun, self._is_final_drawn = -1, 0, False
        for chart in self._charts.values():
            chart.reset(most_epochs(running), subject=CATALOG[running.comparison.dataset].subject)
        self._draw()

    def lay_beside(self, past: PastModel | None) -> None:
        """Show the curves of a past model in grey beside the others; None takes them away."""
        self._past = past
        self._past_note.show("past_note.html", title=past.title if past is not None else "")
        self._draw()

    def tick(self) -> None:
        """Draw what has changed since the last look, if it is time."""
        running = self._running
        if running is None:
            return
        is_over, version, begun = running.wait(0), running.version, curves_begun(running)
        # An empty chart is not drawn again: that would delay the first point, which waits for nothing.
        is_due = begun != self._begun or (begun > 0 and self._rest.is_over) or (is_over and not self._is_final_drawn)
        if version != self._drawn and is_due:
            self._bands = curves(running)
            self.runs = drawn_runs(running, self._bands)
            self._rest.after(self._draw)
            self._drawn, self._begun, self._is_final_drawn = version, begun, is_over

    @cached_property
    def _charts(self) -> dict[str, CurveChart]:
        """Made when they are first drawn: that takes a moment."""
        layouts = {name: Layout(*self._sizes.get(name, _UNTOLD), has_heading=False) for name in self.drawings}
        return {quantity: CurveChart(quantity, self._planned, layouts[quantity]) for quantity in get_args(Quantity)}

    def _chart(self, quantity: str, refresher: Refresher) -> Chart:
        return Chart(
            quantity,
            _CHOICES[quantity],
            on_size=refresher.posting(partial(self._on_size, quantity)),
            on_choose=refresher.posting(partial(self._on_choose, quantity)),
            on_line=refresher.posting(lambda name: self._look(off=self._view.off ^ {name})),
        )

    def _on_size(self, quantity: str, width: float, height: float, letters: float) -> None:
        self._sizes[quantity] = size = width, height, letters
        if "_charts" in vars(self):
            self._charts[quantity].resize(*size)
            self._draw_one(quantity)

    def _on_choose(self, quantity: str, chosen: Any) -> None:
        set_value(self.drawings[quantity], chosen=chosen)
        self._look(**({"axis": chosen} if quantity == "accuracy" else {"is_log": chosen == "log"}))

    def _look(self, **choices: Any) -> None:
        self._view = replace(self._view, **choices)
        for chart in self._charts.values():
            chart.look(self._view)
        self._draw()

    def _draw(self) -> None:
        with figure_style():
            for quantity in self._charts:
                self._draw_one(quantity)
        self.further.show(self._running)

    def _draw_one(self, quantity: str) -> None:
        chart = self._charts[quantity]
        beside = {PAST: seed_band([self._past.history])} if self._past is not None else {}
        with figure_style():
            chart.reach(goals(self._running))
            chart.update({**self._bands, **beside})
            self.drawings[quantity].show(chart)
