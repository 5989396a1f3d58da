"""The chart of a race: the curves of both models over each other."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from matplotlib.figure import Figure

from nncompare.config import SplitName
from nncompare.figures.frame import Frame
from nncompare.figures.key import KEY
from nncompare.figures.layout import Layout, View
from nncompare.figures.lines import SPLITS, NamedLine, spaced
from nncompare.figures.marks import Marks
from nncompare.figures.output import HALO, framed
from nncompare.figures.palette import LINES, MODELS
from nncompare.figures.points import NO_POINTS, Quantity, Trace, marks_apart, trace_of
from nncompare.figures.readout import Readout, read_out
from nncompare.figures.scales import Scale, count_scale, epoch_scale, value_scale
from nncompare.figures.style import figure_style
from nncompare.figures.wording import UNITS, describe, newest, title
from nncompare.history import History, SeedBand, seed_band

Key = tuple[str, SplitName]

_NOTE = "The curves appear here\nas soon as training starts."
_LOWEST_NAME = 4


class CurveChart:
    """One chart with the curves of both models: training solid, test dashed, and beside the plot the name of each.

    The `quantity` is on the y axis; the x axis ends at `epochs`, and moves on if a history goes further. The figure is
    kept and changed in place, so that a chart can be drawn for hours.
    """

    def __init__(self, quantity: Quantity, epochs: int = 3, layout: Layout | None = None) -> None:
        self._quantity: Quantity = quantity
        self._view = View()
        with figure_style():
            self._frame = Frame(title(quantity), layout or Layout())
            axes = self._frame.axes
            stays = {*axes.lines, *axes.texts}
            self._lines = {(model, split): NamedLine(axes, model, split) for model in LINES for split in SPLITS}
            self._marks = {model: Marks(axes, model) for model in LINES}
            place: dict[str, Any] = {"transform": axes.transAxes, "ha": "center", "va": "center"}
            self._note = axes.text(0.5, 0.5, _NOTE, gid=HALO, **place)
        self._moving = [one for one in chain(axes.lines, axes.collections, axes.texts) if one not in stays]
        self.reset(epochs)

    @property
    def figure(self) -> Figure:
        """The figure, in the colours of the light theme."""
        return self._frame.figure

    def reset(self, epochs: int, subject: str = "") -> None:
        """Empty the chart for a new race; `epochs` are those of the longer run, `subject` the data set."""
        self._epochs, self._subject = epochs, subject
        self._goals: Mapping[str, float] = {}
        self.update({})

    def reach(self, goals: Mapping[str, float]) -> None:
        """Have the x axis end where the curves will, from the next update on.

        `goals` are by model the epochs at which its curve ends: those that are planned, or those done when it stopped.
        """
        self._goals = dict(goals)

    def look(self, view: View) -> None:
        """Show the curves in another way, from the next update on."""
        self._view = view

    def resize(self, width: float, height: float, letters: float) -> None:
        """Have another size, from the next update on; only of a chart without heading."""
        self._frame.resize(width, height, letters)

    @figure_style()  # widths of dashes, ticks and more ask matplotlib's settings
    def update(self, curves: Mapping[str, History | SeedBand]) -> None:
        """Show these curves, by model ("A", "B", or `PAST`); a model that is not among them has no lines.

        Of several seeds, the line is the mean, with the range from the lowest to the highest behind it.
        """
        self._bands = {
            model: curve if isinstance(curve, SeedBand) else seed_band([curve]) for model, curve in curves.items()
        }
        traces = {key: self._trace(key) for key in self._lines if key[0] in self._bands}
        traces = {key: trace for key, trace in traces.items() if len(trace.every.x)}
        x = self._x_scale(traces)
        self._traces = {key: trace.thinned(x.high) for key, trace in traces.items()}
        on = [trace.every for key, trace in self._traces.items() if self._is_on(key)]
        y = value_scale(self._quantity, on, is_log=self._view.is_log)
        self._frame.show(x, y, UNITS[self._view.axis])
        self._draw_lines(x, y)
        self._draw_marks(x, y)
        self._frame.head(self._words_on_subject, self._pens)
        self._note.set(visible=not self._traces, fontsize=self._frame.layout.ticks)

    def svg(self) -> str:
        """Draw the chart as inline SVG, ready to be put into an HTML page."""
        return framed(self.figure, self._frame.svg(self._moving), self.description, "nnc-chart")

    def readout(self) -> Readout:
        """Return the numbers behind what is drawn."""
        traces = {self._lines[key].name: trace for key, trace in self._traces.items()}
        frame = self._frame
        pens = [pen for pen in KEY if pen in self._pens]
        return read_out(frame.layout, frame.x, frame.y, UNITS[self._view.axis], traces, self._names, pens)

    @property
    def description(self) -> str:
        """The chart in plain words: where its lines end."""
        ends = {model: self._bands[model].mean.diverged for model in MODELS if model in self._bands}
        broken = {model: end.epoch for model, end in ends.items() if end is not None}
        lines = {key: trace.every for key, trace in self._traces.items()}
        return describe(self._quantity, lines, self._view.axis, self._words_on_subject, broken)

    @property
    def words_on_seeds(self) -> str:
        """What the lines are of several seeds; nothing where there is one."""
        seeds = max((band.seeds for band in self._bands.values()), default=1)
        return f"mean and range of {seeds} seeds" if seeds > 1 else ""

    @property
    def _pens(self) -> set[str]:
        """What is drawn now, by the names of the key."""
        lines, marks = self._lines.values(), self._marks.values()
        return {pen for line in lines for pen in line.pens} | {pen for mark in marks for pen in mark.pens}

    @property
    def _words_on_subject(self) -> str:
        return ", ".join(filter(None, (self._subject, self.words_on_seeds)))

    def _trace(self, key: Key) -> Trace:
        return trace_of(self._bands[key[0]], key[1], self._quantity, self._view.axis, self._view.smoothing)

    def _is_on(self, key: Key) -> bool:
        return self._lines[key].name not in self._view.off

    def _x_scale(self, traces: Mapping[Key, Trace]) -> Scale:
        ends: dict[str, float] = {}
        for (model, _), trace in traces.items():
            ends[model] = max(ends.get(model, 0), float(trace.every.x[-1]))
        goals = list(self._goals.values())
        if self._view.axis == "epoch":
            return epoch_scale(round(max([*(goals or [self._epochs]), *ends.values()]), 6) or 1)
        expected = {model: end * self._share_to_come(model) for model, end in ends.items()}
        # How long it will take is only guessed: a round number holds still.
        is_known = bool(ends) and (expected == ends or (bool(goals) and self._view.axis != "seconds"))
        return count_scale(max(expected.values(), default=0), is_known=is_known)

    def _share_to_come(self, model: str) -> float:
        """Return how many times as long the curves of a model will be, if they go on as they went."""
        history = self._bands[model].mean
        done = max(curve.epoch[-1] for curve in (history.train, history.test) if curve.epoch)
        return max(1, self._goals.get(model, 0) / done) if done else 1

    def _draw_lines(self, x: Scale, y: Scale) -> None:
        for key in self._lines.keys() - self._traces.keys():
            self._lines[key].hide()
        layout, ends = self._frame.layout, {}
        for key, trace in self._traces.items():
            ends[key] = self._lines[key].draw(trace, x, y)
        lowest = _LOWEST_NAME / layout.plot_height
        gap = min(layout.gap / layout.plot_height, (1 - lowest) / max(1, len(ends)))
        self._names: dict[str, tuple[float, bool]] = {}
        for key, height in zip(ends, spaced(list(ends.values()), gap, lowest, 1), strict=True):
            line, is_on = self._lines[key], self._is_on(key)
            line.write(newest(self._quantity, key[1], self._traces[key].every) if is_on else "", height, layout)
            self._names[line.name] = height, is_on

    def _draw_marks(self, x: Scale, y: Scale) -> None:
        for model, marks in self._marks.items():
            history = self._bands[model].mean if model in self._bands and model in MODELS else History()
            off = {split for split in SPLITS if not self._is_on((model, split))}
            test = self._traces.get((model, "test"))
            whole = marks_apart(test.whole, x.high) if test is not None else NO_POINTS
            marks.draw(history, whole, self._quantity, self._view.axis, y, off)
