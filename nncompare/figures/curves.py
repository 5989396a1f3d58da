"""The chart of a race: the curves of both models over each other."""

from collections.abc import Mapping
from math import ceil

from matplotlib import style
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from nncompare.figures.band import Band
from nncompare.figures.frame import Frame
from nncompare.figures.marks import Marks
from nncompare.figures.name_places import name_places
from nncompare.figures.named_line import SPLITS, NamedLine, Split
from nncompare.figures.palette import LINES, MODELS
from nncompare.figures.points import Axis, Points, Quantity, points_of, thin
from nncompare.figures.scales import Scale, count_scale, epoch_scale, value_scale
from nncompare.figures.svg import DRAWING, inline_svg
from nncompare.figures.wording import TITLES, describe
from nncompare.history import History, SeedBand

Key = tuple[str, Split]


class CurveChart:
    """One chart with the curves of both models: training solid, test dashed, each line ending in its own name.

    The figure and everything in it is kept and changed in place, so that a chart can be drawn for hours.

    Parameters
    ----------
    quantity : "loss" or "accuracy"
        What the y axis shows.
    epochs : int
        The end of the x axis; it moves on if a history goes further.

    Attributes
    ----------
    figure : Figure
        In the colours of the light theme.
    """

    figure: Figure

    def __init__(self, quantity: Quantity, epochs: int = 3) -> None:
        self._quantity: Quantity = quantity
        # A notebook may have changed matplotlib's defaults for figures of its own.
        with DRAWING, style.context("default"):
            self._frame = Frame(quantity.capitalize())
            self._lines = {(model, split): NamedLine(self._frame, model, split) for model in LINES for split in SPLITS}
            self._bands = {(model, split): Band(self._frame, model, split) for model in MODELS for split in SPLITS}
            self._marks = {model: Marks(self._frame, model) for model in MODELS}
        self.figure = self._frame.figure
        self._canvas = FigureCanvasSVG(self.figure)
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
        """Have the x axis count epochs, images, steps (updates of the weights) or seconds, from the next update on."""
        self._axis = axis

    def update(self, curves: Mapping[str, History | SeedBand]) -> None:
        """Show these curves, by model ("A", "B", or `PAST`); a model that is not among them has no lines.

        Of a spread, the line is the mean, with the range from the lowest to the highest behind it.
        """
        histories = {model: curve.mean if isinstance(curve, SeedBand) else curve for model, curve in curves.items()}
        spreads = {model: curve for model, curve in curves.items() if isinstance(curve, SeedBand)}
        lines = {key: self._points(histories[key[0]], key[1]) for key in self._lines if key[0] in histories}
        lines = {key: points for key, points in lines.items() if len(points.x)}
        scale = self._x_scale(lines)
        self._shown = {key: thin(points, scale.high) for key, points in lines.items()}
        self._broken = {
            name: history.diverged.epoch
            for name, history in histories.items()
            if name in MODELS and history.diverged is not None
        }
        self._seeds = max((spread.seeds for spread in spreads.values()), default=1)
        self._frame.write_subject(self._words_on_subject)
        self._frame.set_x(scale, TITLES[self._axis])
        self._frame.set_y(value_scale(self._quantity, list(self._shown.values())))
        self._draw(histories)
        self._draw_bands(spreads, scale.high)

    def svg(self) -> str:
        """Draw the chart as inline SVG, ready to be put into an HTML page."""
        return inline_svg(self._canvas, self.description)

    @property
    def description(self) -> str:
        """The chart in plain words: where its lines end."""
        return describe(self._quantity, self._shown, self._axis, self._words_on_subject, self._broken)

    @property
    def _words_on_subject(self) -> str:
        seeds = f"mean and range of {self._seeds} seeds" if self._seeds > 1 else ""
        return ", ".join(part for part in (self._subject, seeds) if part)

    def _points(self, history: History, split: Split) -> Points:
        return points_of(getattr(history, split), self._quantity, self._axis)

    def _x_scale(self, curves: Mapping[Key, Points]) -> Scale:
        if self._axis == "epoch":
            return epoch_scale(max([self._epochs, *(ceil(round(points.x[-1], 6)) for points in curves.values())]))
        return count_scale(max((points.x[-1] for points in curves.values()), default=0))

    def _draw(self, histories: Mapping[str, History]) -> None:
        self._frame.show_note(not self._shown)
        for key in self._lines.keys() - self._shown.keys():
            self._lines[key].clear()
        ends = [self._lines[key].draw(points) for key, points in self._shown.items()]
        for key, place in zip(self._shown, name_places(ends), strict=True):
            self._lines[key].put_name(place)
        for model, marks in self._marks.items():
            marks.draw(histories.get(model), self._quantity, self._axis)

    def _draw_bands(self, spreads: Mapping[str, SeedBand], reach: float) -> None:
        for (model, split), band in self._bands.items():
            spread = spreads.get(model)
            if spread is None or (model, split) not in self._shown:
                band.clear()
            else:
                low, high = (thin(self._points(history, split), reach) for history in (spread.low, spread.high))
                band.draw(low, high)
