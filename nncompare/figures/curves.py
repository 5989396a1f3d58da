"""The chart of a race: the curves of both models over each other."""

from collections.abc import Mapping
from math import ceil

from nncompare.config import SplitName
from nncompare.figures.lines import SPLITS, NamedLine, spaced
from nncompare.figures.marks import Marks
from nncompare.figures.output import HALO, drawn, framed
from nncompare.figures.palette import LINES, MODELS
from nncompare.figures.points import Axis, Points, Quantity, points_of, thin
from nncompare.figures.scales import Scale, count_scale, epoch_scale, value_scale
from nncompare.figures.style import figure_style, new_chart, write_subject
from nncompare.figures.wording import TITLES, describe, title
from nncompare.history import History, SeedBand, seed_band

Key = tuple[str, SplitName]

_NOTE = "The curves appear here as soon as training starts."
_NAME_GAP = 14 / 208
"""Between two names, as a share of the height of the axes."""


class CurveChart:
    """One chart with the curves of both models: training solid, test dashed, each line ending in its own name.

    The `quantity` is on the y axis; the x axis ends at `epochs`, and moves on if a history goes further. The `figure`,
    in the colours of the light theme, is kept and changed in place, so that a chart can be drawn for hours.
    """

    def __init__(self, quantity: Quantity, epochs: int = 3) -> None:
        self._quantity: Quantity = quantity
        with figure_style():
            self.figure, self._axes = new_chart(title(quantity))
            self._heading = write_subject(self._axes, "")
            self._lines = {(model, split): NamedLine(self._axes, model, split) for model in LINES for split in SPLITS}
            self._marks = {model: Marks(self._axes, model) for model in MODELS}
            self._note = self._axes.text(
                0.5, 0.5, _NOTE, transform=self._axes.transAxes, fontsize=13, ha="center", va="center", gid=HALO
            )
        self._moving = (*self._axes.lines, *self._axes.collections, *self._axes.texts)
        self._rest: tuple[object, str] = (None, "")
        self._scales: tuple[Scale, ...] = ()
        self._axis: Axis = "epoch"
        self.reset(epochs)

    def reset(self, epochs: int, subject: str = "") -> None:
        """Empty the chart for a new race; `epochs` are those of the longer run, `subject` the data set."""
        self._epochs, self._subject = epochs, subject
        self.update({})

    def reach(self, epochs: int) -> None:
        """Move the end of the epochs further, from the next update on; it never moves back."""
        self._epochs = max(self._epochs, epochs)

    def count(self, axis: Axis) -> None:
        """Count epochs, images, steps (updates of the weights) or seconds on the x axis, from the next update on."""
        self._axis = axis

    @figure_style()  # widths of dashes, ticks and more ask matplotlib's settings
    def update(self, curves: Mapping[str, History | SeedBand]) -> None:
        """Show these curves, by model ("A", "B", or `PAST`); a model that is not among them has no lines.

        Of several seeds, the line is the mean, with the range from the lowest to the highest behind it.
        """
        self._bands = {
            model: curve if isinstance(curve, SeedBand) else seed_band([curve]) for model, curve in curves.items()
        }
        lines = {key: self._points(self._bands[key[0]].mean, key) for key in self._lines if key[0] in self._bands}
        lines = {key: points for key, points in lines.items() if len(points.x)}
        x = self._x_scale(lines)
        self._shown = {key: thin(points, x.high) for key, points in lines.items()}
        self._rescale(x, value_scale(self._quantity, list(self._shown.values())))
        self._heading.set_text(self._words_on_subject)
        self._axes.xaxis.label.set_text(TITLES[self._axis])
        self._note.set_visible(not self._shown)
        self._draw()
        for model, marks in self._marks.items():
            marks.draw(self._bands[model].mean if model in self._bands else History(), self._quantity, self._axis)

    def svg(self) -> str:
        """Draw the chart as inline SVG, ready to be put into an HTML page."""
        content = self._drawn_rest() + drawn(self.figure, self._moving)
        return framed(self.figure, content, self.description, "nnc-chart")

    def _drawn_rest(self) -> str:
        """Draw what does not move with the curves; to draw it takes the longest, so it is kept for each scale."""
        subject = self._scales, self._axes.xaxis.label.get_text(), self._heading.get_text()
        if self._rest[0] != subject:
            for artist in self._moving:
                artist.set_animated(True)  # which a figure leaves out
            self._rest = subject, drawn(self.figure, [self.figure])
            for artist in self._moving:
                artist.set_animated(False)
        return self._rest[1]

    @property
    def description(self) -> str:
        """The chart in plain words: where its lines end."""
        ends = {model: self._bands[model].mean.diverged for model in MODELS if model in self._bands}
        broken = {model: end.epoch for model, end in ends.items() if end is not None}
        return describe(self._quantity, self._shown, self._axis, self._words_on_subject, broken)

    @property
    def _words_on_subject(self) -> str:
        seeds = max((band.seeds for band in self._bands.values()), default=1)
        return ", ".join(filter(None, (self._subject, f"mean and range of {seeds} seeds" if seeds > 1 else "")))

    def _points(self, history: History, key: Key) -> Points:
        return points_of(getattr(history, key[1]), self._quantity, self._axis)

    def _x_scale(self, curves: Mapping[Key, Points]) -> Scale:
        if self._axis == "epoch":
            return epoch_scale(max([self._epochs, *(ceil(round(points.x[-1], 6)) for points in curves.values())]))
        return count_scale(max((points.x[-1] for points in curves.values()), default=0))

    def _rescale(self, x: Scale, y: Scale) -> None:
        if (x, y) == self._scales:
            return
        self._scales = x, y
        self._axes.set_xticks(x.ticks, x.names)
        self._axes.set_yticks(y.ticks, y.names)
        for axis in (self._axes.xaxis, self._axes.yaxis):
            for tick in axis.get_major_ticks():
                tick.label1.set_in_layout(False)  # else it is measured once more at every drawing
        self._axes.set(xlim=(x.low, x.high), ylim=(y.low, y.high))

    def _draw(self) -> None:
        for key in self._lines.keys() - self._shown.keys():
            self._lines[key].hide()
        heights = [self._lines[key].draw(points, self._limits(key)) for key, points in self._shown.items()]
        # Behind the longest line nothing is drawn: a name there never lies over another model's curve.
        end = max((points.x[-1] for points in self._shown.values()), default=0) / self._axes.get_xlim()[1]
        for key, height in zip(self._shown, spaced(heights, _NAME_GAP, 3 / 208, 1), strict=True):
            self._lines[key].write_name(end, height)

    def _limits(self, key: Key) -> tuple[Points, Points] | None:
        band, reach = self._bands[key[0]], self._axes.get_xlim()[1]
        if band.seeds < 2:
            return None
        return thin(self._points(band.low, key), reach), thin(self._points(band.high, key), reach)
