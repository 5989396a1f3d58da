"""The curves of both models, over each other, and their exact values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

import ipywidgets as widgets

from nncompare.comparison.runner import ComparisonRun
from nncompare.data import CATALOG
from nncompare.figures import PAST, TITLES, Axis, CurveChart, best_epoch
from nncompare.figures.points import Quantity
from nncompare.figures.style import figure_style
from nncompare.history import History, SeedBand, seed_band
from nncompare.report.tables import exact_values
from nncompare.ui.elements import Place, column, dropdown, row, set_value, two, watched
from nncompare.ui.refresher import Refresher, Rest


@dataclass(frozen=True)
class PastModel:
    """A model of a saved comparison, to be laid beside others in the charts: its name and its curves."""

    title: str
    history: History


class CurveCharts:
    """One chart for each quantity that is measured while a network learns, and a table of the values after epochs."""

    def __init__(self, refresher: Refresher) -> None:
        axes = [(TITLES[axis], axis) for axis in get_args(Axis)]
        self.axis = dropdown("Curves over", axes, refresher.posting(self._on_axis_change))
        self.drawings = {quantity: Place("nnc-card nnc-chart") for quantity in get_args(Quantity)}
        self.show_values = watched(
            widgets.ToggleButton(description="Exact values"), refresher.posting(self._draw_values)
        )
        self.show_values.add_class("nnc-button")
        self.values, self._past_note = Place("nnc-values"), Place("nnc-legend")
        self._rest = Rest()
        self._drawn, self._begun, self._is_final_drawn = -1, 0, True
        self._running: ComparisonRun | None = None
        self._past: PastModel | None = None
        charts = [row("nnc-row nnc-axis", [self.axis]), two(list(self.drawings.values()))]
        table = [row("nnc-row", [self.show_values]), self.values]
        self.box = column("nnc-charts", [*charts, self._past_note])
        self.further = column("nnc-further-curves", [Place("nnc-legend", "legend.html"), *table])

    def draw_empty(self) -> None:
        """Draw the empty charts, so that nothing jumps when the first point arrives."""
        self._draw({})

    def begin(self, running: ComparisonRun) -> None:
        """Show the curves of a comparison that has just been started."""
        self._running, self._rest = running, Rest()
        self._drawn, self._begun, self._is_final_drawn = -1, 0, False
        for chart in self._charts.values():
            chart.reset(_most_epochs(running), subject=CATALOG[running.comparison.dataset].subject)
        self._draw({})

    def lay_beside(self, past: PastModel | None) -> None:
        """Show the curves of a past model in grey beside the others; None takes them away."""
        self._past = past
        self._past_note.show("past_note.html", title=past.title if past is not None else "")
        self._draw(_curves(self._running))

    def tick(self) -> None:
        """Draw what has changed since the last look, if it is time."""
        running = self._running
        if running is None:
            return
        is_over, version, begun = running.wait(0), running.version, _curves_begun(running)
        # An empty chart is not drawn again: that would delay the first point, which waits for nothing.
        is_due = begun != self._begun or (begun > 0 and self._rest.is_over) or (is_over and not self._is_final_drawn)
        if version != self._drawn and is_due:
            curves = _curves(running)
            self._rest.after(lambda: self._draw(curves))
            self._drawn, self._begun, self._is_final_drawn = version, begun, is_over

    @cached_property
    def _charts(self) -> dict[str, CurveChart]:
        """Made when they are first drawn: that takes a moment."""
        return {quantity: CurveChart(quantity) for quantity in get_args(Quantity)}

    def _on_axis_change(self) -> None:
        for chart in self._charts.values():
            chart.count(self.axis.value)
        self._draw(_curves(self._running))

    def _draw(self, curves: Mapping[str, SeedBand]) -> None:
        beside = {PAST: seed_band([self._past.history])} if self._past is not None else {}
        with figure_style():
            for quantity, chart in self._charts.items():
                chart.reach(_most_epochs(self._running))
                chart.update({**curves, **beside})
                set_value(self.drawings[quantity], value=chart.svg())
        self._draw_values()

    def _draw_values(self) -> None:
        """Write the table while it is asked for: it is long."""
        curves = _curves(self._running) if self.show_values.value else {}
        histories = {name: curve.mean for name, curve in curves.items()}
        best = {name: best_epoch(history, "accuracy") for name, history in histories.items()}
        seeds = len(self._running.begun) if self._running is not None else 0
        self.values.show("values.html", models=exact_values(histories), best=best, seeds=seeds)


def _most_epochs(running: ComparisonRun | None) -> int:
    return max((run.config.epochs for run in running.runs), default=0) if running is not None else 0


def _curves(running: ComparisonRun | None) -> dict[str, SeedBand]:
    """Return for each model mean and range over the seeds that have begun."""
    if running is None:
        return {}
    pairs = [pair.runs for pair in running.begun] if len(running.begun) > 1 else [running.runs]
    return {runs[0].name: seed_band([run.history for run in runs]) for runs in zip(*pairs, strict=True)}


def _curves_begun(running: ComparisonRun) -> int:
    return sum(bool(run.history.train.epoch) for pair in running.pairs for run in pair.runs)
