"""What belongs to the charts and is rarely asked for: how they are measured and smoothed, and their exact values."""

from collections.abc import Callable

import ipywidgets as widgets

from nncompare.comparison.runner import ComparisonRun
from nncompare.figures import best_epoch
from nncompare.report import curves_csv
from nncompare.report.tables import exact_values
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, column, dropdown, row, watched
from nncompare.ui.making import make
from nncompare.ui.panels.running_curves import curves
from nncompare.ui.refresher import Refresher

_SMOOTHING = [("none", 1), ("5 points", 5), ("20 points", 20)]


class CurveDetails:
    """The choice of smoothing, all points as a file, a table of the values after epochs, and words on the curves."""

    def __init__(self, refresher: Refresher, on_smoothing: Callable[[int], None]) -> None:
        self._refresher = refresher
        self._running: ComparisonRun | None = None
        self.smoothing = dropdown(
            "Smoothing", _SMOOTHING, refresher.posting(lambda: on_smoothing(self.smoothing.value))
        )
        self.file, self.note = Clickable(refresher.posting(self.save)), Place("nnc-file-note")
        self.file.show("curves_csv.html")
        toggle = make(widgets.ToggleButton, "nnc-button", description="Exact values")
        self.show_values = watched(toggle, refresher.posting(self._draw_values))
        self.values = Place("nnc-values")
        options = row("nnc-curve-options", [self.smoothing, self.file, self.show_values])
        self.box = column("nnc-curves", [options, self.note, Place("nnc-legend", "legend.html"), self.values])

    def show(self, running: ComparisonRun | None) -> None:
        """Show the details of a comparison as it is now."""
        self._running = running
        self._draw_values()

    def save(self, _: str) -> None:
        """Send every point to the browser as a file."""
        running = self._running
        if running is None:
            self.note.tell("There are no curves yet.")
            return
        self.note.tell()
        name = f"nncompare-{running.comparison.dataset}-curves.csv"
        self._refresher.in_background(
            lambda: curves_csv(running.result()).encode(),
            lambda content: self.file.download(name, "text/csv", content),
            lambda error: self.note.tell(f"The file could not be made. {error}"),
        )

    def _draw_values(self) -> None:
        """Write the table while it is asked for: it is long."""
        found = curves(self._running) if self.show_values.value else {}
        histories = {name: curve.mean for name, curve in found.items()}
        best = {name: best_epoch(history, "accuracy") for name, history in histories.items()}
        seeds = len(self._running.begun) if self._running is not None else 0
        self.values.show("values.html", models=exact_values(histories), best=best, seeds=seeds)
